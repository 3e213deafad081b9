import { model, Schema, type Types } from 'mongoose'
import type { InChargePost } from '#contract/calendar'

/** What a city, or a school for itself, has changed of one node. */
export interface NodeChange {
  from: string
  to: string
  draftDaysBefore: number
  remindDaysBefore: number
  isOff: boolean
}

/** A node of a city's or school's own. */
export interface AddedNode {
  code: string
  title: string
  about: string
  from: string
  to: string
  draftDaysBefore: number
  remindDaysBefore: number
  inCharge: InChargePost
  templates: string[]
}

/** What has become of the days of a node. */
export interface NodeMove {
  from: string
  to: string
  isOff: boolean
}

/** The days of its node that a letter is written for, and a move of them about which nobody has decided yet. */
export interface NodeDays extends NodeMove {
  move?: NodeMove
}

/** One school year of a city's or a school's calendar: only what differs from the rules in `content/calendar/`. */
export interface YearRecord {
  /** `unit:year` */
  _id: string
  unitId: Types.ObjectId
  cityId: Types.ObjectId
  year: number
  /** By the node's code: two editors of two nodes do not meet. */
  changes?: Record<string, NodeChange>
  added?: Record<string, AddedNode>
  /** Added once and taken away again: what was drafted for them is put away. */
  removed?: Record<string, AddedNode>
  /** Of a school, what the tick has done, by node: drafted 起草过, told 说过, reminded 催过; never a second time. */
  drafted?: Record<string, string>
  told?: Record<string, string>
  reminded?: Record<string, string>
}

const mixed = { type: Schema.Types.Mixed }
const yearSchema = new Schema<YearRecord>(
  {
    _id: { type: String, required: true },
    unitId: { type: Schema.Types.ObjectId, required: true },
    cityId: { type: Schema.Types.ObjectId, required: true },
    year: { type: Number, required: true },
    changes: mixed,
    added: mixed,
    removed: mixed,
    drafted: mixed,
    told: mixed,
    reminded: mixed,
  },
  { strict: 'throw', versionKey: false, collection: 'calendarYears' },
)
export const YearModel = model<YearRecord>('CalendarYear', yearSchema)

/** 今年不发: a unit's word that it sends no letter of a node this year, and why. */
export interface DismissalRecord {
  /** `city:year:node:unit` */
  _id: string
  /** `city:year:node` */
  nodeKey: string
  unitId: Types.ObjectId
  path: string
  reason: string
  byName: string
  at: Date
}

const dismissalSchema = new Schema<DismissalRecord>(
  {
    _id: { type: String, required: true },
    nodeKey: { type: String, required: true },
    unitId: { type: Schema.Types.ObjectId, required: true },
    path: { type: String, required: true },
    reason: { type: String, required: true },
    byName: { type: String, required: true },
    at: { type: Date, required: true },
  },
  { strict: 'throw', versionKey: false, collection: 'calendarDismissals' },
)
dismissalSchema.index({ nodeKey: 1, path: 1 })
export const DismissalModel = model<DismissalRecord>('CalendarDismissal', dismissalSchema)

/** How far the day's walk through the schools of a city has come. */
export interface WalkRecord {
  /** The city's id. */
  _id: Types.ObjectId
  day: string
  /** Path of the last school that was looked at: where a walk that was cut short goes on. */
  upTo: string
  isDone: boolean
}

const walkSchema = new Schema<WalkRecord>(
  {
    _id: { type: Schema.Types.ObjectId, required: true },
    day: { type: String, required: true },
    upTo: { type: String, default: '' },
    isDone: { type: Boolean, required: true },
  },
  { strict: 'throw', versionKey: false, collection: 'calendarWalks' },
)
export const WalkModel = model<WalkRecord>('CalendarWalk', walkSchema)
