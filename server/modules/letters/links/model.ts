import { model, Schema, type Types } from 'mongoose'

/** The sites a city has added to those every letter may lead to; `_id` is the city. */
export interface LinkSitesRecord {
  _id: Types.ObjectId
  sites: string[]
  changedAt: Date
}

const linkSitesSchema = new Schema<LinkSitesRecord>(
  {
    _id: { type: Schema.Types.ObjectId, required: true },
    sites: { type: [String], required: true },
    changedAt: { type: Date, required: true },
  },
  { strict: 'throw', versionKey: false, collection: 'linkSites' },
)

export const LinkSitesModel = model<LinkSitesRecord>('LinkSites', linkSitesSchema)
