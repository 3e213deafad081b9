import { type InferSchemaType, model, Schema } from 'mongoose'

/** What a member of staff often answers; their own, whatever their posts. */
const phrasesSchema = new Schema(
  {
    /** The person. */
    _id: { type: Schema.Types.ObjectId, required: true },
    phrases: { type: [String], required: true },
  },
  { strict: 'throw', versionKey: false, collection: 'phrases' },
)

export type PhrasesRecord = InferSchemaType<typeof phrasesSchema>
export const PhrasesModel = model('Phrases', phrasesSchema)
