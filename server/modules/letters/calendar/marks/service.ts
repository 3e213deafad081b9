import { Types } from 'mongoose'
import type { UnitRecord } from '../../../org/tree/model.ts'
import { DEPTH, type Division, idAt } from '../../../org/tree/rules.ts'
import { YearModel, type YearRecord } from '../model.ts'
import { type EffectiveNode, yearKey } from '../rules.ts'

export type SchoolUnit = Pick<UnitRecord, '_id' | 'path' | 'grade' | 'name' | 'fullName'>

/** A node that is open today in one school, and what has been done about it before. */
export interface Item {
  node: EffectiveNode
  /** `city:year:node` */
  key: string
  year: number
  school: SchoolUnit
  grades: SchoolUnit[]
  done: Partial<Pick<YearRecord, 'drafted' | 'told' | 'reminded'>>
}

export interface Day {
  today: string
  now: Date
  /** The school year that runs. */
  current: number
  city: Division
}

/** Remembers for each school what has been done about a node. */
export async function mark(items: readonly Item[], what: 'drafted' | 'told' | 'reminded', today: string) {
  if (items.length === 0) return
  await YearModel.bulkWrite(
    items.map(({ school, year, node }) => ({
      updateOne: {
        filter: { _id: yearKey(String(school._id), year) },
        update: {
          $set: { [`${what}.${node.code}`]: today },
          $setOnInsert: {
            unitId: school._id,
            cityId: new Types.ObjectId(idAt(school.path, DEPTH.city) ?? ''),
            year,
          },
        },
        upsert: true,
      },
    })),
    { ordered: true },
  )
}
