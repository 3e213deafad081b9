import type { Block } from '#contract/courses'
import { type LessonMedium, MEDIA, type Picture } from '#contract/lesson-parts'
import { model, Schema, type Types } from 'mongoose'

const id = Schema.Types.ObjectId
const part = { _id: false, strict: 'throw' } as const
const number = { type: Number, required: true } as const
const string = { type: String, required: true } as const

export const questionParts = {
  kind: { type: String, enum: ['single', 'multiple', 'truefalse'], required: true },
  stem: string,
  options: { type: [String], required: true },
  /** Positions of the right options. */
  correct: { type: [Number], required: true },
  explanation: { type: String, default: '' },
} as const

const pictureSchema = new Schema({ address: string, width: number, height: number }, part)

/** Text as blocks of runs: nothing in it can become markup. */
export const blockSchema = new Schema(
  {
    kind: { type: String, enum: ['heading', 'paragraph', 'list', 'quote', 'picture'], required: true },
    lines: {
      type: [
        [
          new Schema(
            {
              text: { type: String, default: '' },
              isBold: { type: Boolean, required: true },
              /** Only to sites that are allowed. */
              link: { type: String },
            },
            part,
          ),
        ],
      ],
      required: true,
    },
    picture: { type: pictureSchema },
  },
  part,
)

/** A question put while the film plays. */
export const stopSchema = new Schema({ at: number, ...questionParts }, part)

const played = new Schema(
  {
    address: string,
    captions: { type: [new Schema({ from: number, to: number, text: string }, part)], default: [] },
  },
  part,
)

const lessonSchema = new Schema(
  {
    programmeId: { type: id, required: true },
    code: string,
    number,
    title: string,
    kind: { type: String, enum: MEDIA, required: true },
    theme: { type: String, default: '' },
    summary: { type: String, default: '' },
    minutes: number,
    /** Length of the watch ledger: of film or recording as probed, else the time its text or pages take to read. */
    seconds: number,
    poster: { type: String, default: '' },
    video: { type: played, default: null },
    sound: { type: played, default: null },
    slides: { type: [pictureSchema], default: [] },
    paper: { type: new Schema({ address: string, pages: number, name: string }, part), default: null },
    /** What to do this week, or the question to talk about. */
    prompt: { type: String, default: '' },
    stops: { type: [stopSchema], default: [] },
    blocks: { type: [blockSchema], required: true },
    sources: { type: [String], default: [] },
    quiz: { type: [new Schema(questionParts, part)], required: true },
  },
  { strict: 'throw' },
)
lessonSchema.index({ programmeId: 1, number: 1 }, { unique: true })

export interface AskedQuestion {
  kind: 'single' | 'multiple' | 'truefalse'
  stem: string
  options: string[]
  correct: number[]
  explanation: string
}

export interface Played {
  address: string
  captions: { from: number; to: number; text: string }[]
}

export interface LessonRecord {
  _id: Types.ObjectId
  programmeId: Types.ObjectId
  code: string
  number: number
  title: string
  kind: LessonMedium
  theme: string
  summary: string
  minutes: number
  seconds: number
  poster: string
  video: Played | null
  /** These are absent in lessons from before there were such kinds. */
  sound?: Played | null
  slides?: Picture[]
  paper?: { address: string; pages: number; name: string } | null
  prompt?: string
  stops?: (AskedQuestion & { at: number })[]
  blocks: Block[]
  sources: string[]
  quiz: AskedQuestion[]
}
export const LessonModel = model('Lesson', lessonSchema)
