import { Types } from 'mongoose'

/**
 * What an index over a field that many documents lack is partial by. MongoDB 6 takes such an index only where it can prove that a
 * filter lies within it: `{ phone: 'x' }` lies within `$gt: ''`, within `$type: 'string'` it does not, and everything is read.
 */
export const ANY_TEXT = { $gt: '' } as const
/** The same for ids. */
export const ANY_ID = { $gte: new Types.ObjectId('0'.repeat(24)) } as const
