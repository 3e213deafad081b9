import { Schema, type Types } from 'mongoose'

const id = Schema.Types.ObjectId

/** A line of an audience: a unit, a single family, a group, or a part of a unit. */
export const entrySchema = new Schema(
  {
    /**
     * What a family finds it by: the id of a unit, of a child, of a group, or the address of a part of a unit. One key for
     * all of them, so that a family's letters are one query.
     */
    unitId: { type: id, required: true },
    path: { type: String, required: true },
    name: { type: String, required: true },
    /**
     * A single family: the id is the student's, the path the student's place below the class. Being below every class, it
     * holds none.
     */
    isStudent: { type: Boolean },
    /** `grade:7`, `campus:南校区`, `boarding`, `leftBehind` of the unit `ofId`; or `group`, kept by that unit. */
    part: { type: String },
    ofId: { type: id },
  },
  { _id: false },
)

/** The posts at some units that a letter goes to instead of families. */
export const staffSchema = new Schema(
  {
    posts: { type: [String], required: true },
    units: {
      type: [
        new Schema(
          {
            unitId: { type: id, required: true },
            path: { type: String, required: true },
            name: { type: String, required: true },
          },
          { _id: false },
        ),
      ],
      required: true,
    },
    keys: { type: [String], required: true },
  },
  { _id: false },
)

/** A line of an audience as it is read. */
export interface AudienceEntry {
  unitId: Types.ObjectId
  path: string
  name: string
  isStudent?: boolean | null | undefined
  part?: string | null | undefined
  ofId?: Types.ObjectId | null | undefined
}
