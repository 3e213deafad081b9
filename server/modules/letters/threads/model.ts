import { model, Schema, type Types } from 'mongoose'
import type { ThreadState } from '#contract/threads'
import { type PostKind, postKind } from '#contract/posts'
import { dropsIndex } from '../../../infra/gone-indexes.ts'
import { ANY_ID } from '../../../infra/partial-indexes.ts'
import { holdsSealed } from '../../../infra/sealed.ts'

/** How far somebody has read. */
export interface ReadMark {
  seq: number
  at: Date
}

/** What one family and one post write to each other below a letter; one for each letter and child. */
export interface ThreadRecord {
  _id: Types.ObjectId
  /** The first edition of the letter: a correction goes on with the same thread. */
  letterId: Types.ObjectId
  letterTitle: string
  studentId: Types.ObjectId
  childName: string
  /** 悄悄说: the one guardian who knows of it, and as whom the post knows them; null where the whole family does. */
  privateTo: Types.ObjectId | null
  privateBy: string
  /** Where the child is, as long as it is at the school of the thread. */
  classId: Types.ObjectId
  path: string
  schoolId: Types.ObjectId
  /** `unit:post`: the post that has it. Whoever holds it now sees it, and nobody else. */
  desk: string
  deskUnitId: Types.ObjectId
  deskPost: PostKind
  state: ThreadState
  /** The first line of the family that nobody has answered. */
  waitingSince: Date | null
  /** By which lists are ordered: since when it waits, else the last line. */
  sortAt: Date
  lastAt: Date
  lastLineId: Types.ObjectId | null
  /** Number of the last line, of the last that the family wrote, and of the last that the post did. */
  seq: number
  familySeq: number
  postSeq: number
  /** Guardian → how far; and how far the post has, whoever held it. */
  readBy: Record<string, ReadMark>
  deskRead: ReadMark | null
  /** Until when a message about it has been or will be said. */
  familyToldAt: Date | null
  deskToldAt: Date | null
  /** 请尽快看: since when, and who follows it up. */
  dangerAt: Date | null
  isUrgent: boolean
  followedBy: { personId: Types.ObjectId; name: string; at: Date } | null
  /** The principal has been told that nobody follows it up. */
  isDangerRaised: boolean
  /** When the head of the school last asked who has it to answer. */
  askedAt: Date | null
  /** The child went to another school: both sides read, nobody writes. */
  movedAt: Date | null
  createdAt: Date
}

const id = { type: Schema.Types.ObjectId, required: true } as const
const text = { type: String, required: true } as const
const moment = { type: Date, default: null } as const

const threadSchema = new Schema<ThreadRecord>(
  {
    letterId: id,
    letterTitle: text,
    studentId: id,
    childName: text,
    privateTo: { type: Schema.Types.ObjectId, default: null },
    privateBy: { type: String, default: '' },
    classId: id,
    path: text,
    schoolId: id,
    desk: text,
    deskUnitId: id,
    deskPost: { type: String, enum: postKind.options, required: true },
    state: { type: String, enum: ['waiting', 'answered', 'done'], required: true },
    waitingSince: moment,
    sortAt: { type: Date, required: true },
    lastAt: { type: Date, required: true },
    lastLineId: { type: Schema.Types.ObjectId, default: null },
    seq: { type: Number, required: true },
    familySeq: { type: Number, required: true },
    postSeq: { type: Number, required: true },
    readBy: { type: Schema.Types.Mixed, required: true },
    deskRead: { type: Schema.Types.Mixed, default: null },
    familyToldAt: moment,
    deskToldAt: moment,
    dangerAt: moment,
    isUrgent: { type: Boolean, required: true },
    followedBy: { type: Schema.Types.Mixed, default: null },
    isDangerRaised: { type: Boolean, default: false },
    askedAt: moment,
    movedAt: moment,
    createdAt: { type: Date, required: true },
  },
  // What nobody has read is an empty object.
  { strict: 'throw', versionKey: false, minimize: false },
)
// One thread for a letter and a child, whoever of the family writes first, and one for each guardian by themselves.
threadSchema.index({ letterId: 1, studentId: 1, privateTo: 1 }, { unique: true })
dropsIndex(threadSchema, 'letterId_1_studentId_1')
threadSchema.index({ privateTo: 1 }, { partialFilterExpression: { privateTo: ANY_ID } })
threadSchema.index({ studentId: 1, lastAt: -1, _id: -1 })
// The inbox of a post: what waits, the urgent first and then the oldest; what was answered, the latest first.
threadSchema.index({ desk: 1, state: 1, isUrgent: -1, sortAt: 1, _id: 1 })
threadSchema.index({ desk: 1, state: 1, sortAt: -1, _id: -1 })
threadSchema.index(
  { schoolId: 1, waitingSince: 1, _id: 1 },
  { partialFilterExpression: { state: 'waiting' } },
)
// Few, and looked for by the minute and by the counsellors of a school.
threadSchema.index({ schoolId: 1, dangerAt: 1 }, { partialFilterExpression: { isUrgent: true } })
threadSchema.index({ dangerAt: 1 }, { partialFilterExpression: { isUrgent: true, isDangerRaised: false } })
threadSchema.index(
  { 'followedBy.personId': 1, sortAt: -1 },
  { partialFilterExpression: { 'followedBy.personId': { $exists: true } } },
)
export const ThreadModel = model<ThreadRecord>('Thread', threadSchema)

export interface LineFile {
  fileId: Types.ObjectId
  kind: 'image' | 'pdf'
  name: string
  bytes: number
}

/** One thing that was said, or that happened to the thread. */
export interface LineRecord {
  _id: Types.ObjectId
  threadId: Types.ObjectId
  seq: number
  side: 'family' | 'post' | 'note'
  /** Null of a note, and of somebody who has closed their account. */
  personId: Types.ObjectId | null
  /** 张三妈妈, 班主任 李文老师 */
  by: string
  /** '' of one that was taken back. */
  sealedText: string
  files: LineFile[]
  at: Date
  requestId?: string
  status: 'shown' | 'waiting' | 'refused'
  refusedBecause: string | null
  withdrawnAt: Date | null
  /** Speaks of danger: its words stay with the school, also when it was taken back. */
  isDanger: boolean
  /** Its writer is kept away from the child: the family is not shown it. */
  isWithheld: boolean
}

const lineSchema = new Schema<LineRecord>(
  {
    threadId: id,
    seq: { type: Number, required: true },
    side: { type: String, enum: ['family', 'post', 'note'], required: true },
    personId: { type: Schema.Types.ObjectId, default: null },
    by: text,
    sealedText: { type: String, default: '' },
    files: {
      type: [
        new Schema<LineFile>(
          {
            fileId: id,
            kind: { type: String, enum: ['image', 'pdf'], required: true },
            name: text,
            bytes: { type: Number, required: true },
          },
          { _id: false },
        ),
      ],
      default: [],
    },
    at: { type: Date, required: true },
    requestId: { type: String },
    status: { type: String, enum: ['shown', 'waiting', 'refused'], required: true },
    refusedBecause: { type: String, default: null },
    withdrawnAt: moment,
    isDanger: { type: Boolean, default: false },
    isWithheld: { type: Boolean, default: false },
  },
  { strict: 'throw', versionKey: false, collection: 'threadLines' },
)
// Numbered one after the other: of two lines at the same moment the second begins anew.
lineSchema.index({ threadId: 1, seq: 1 }, { unique: true })
// Sent twice on a bad network, a line is written once.
lineSchema.index(
  { personId: 1, requestId: 1 },
  { unique: true, partialFilterExpression: { requestId: { $gt: '' } } },
)
holdsSealed(lineSchema, 'sealedText')
export const LineModel = model<LineRecord>('ThreadLine', lineSchema)
