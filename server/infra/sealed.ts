import type { Schema } from 'mongoose'

const paths = new WeakMap<object, readonly string[]>()

/** Says which paths of a schema hold text that `FieldCrypto` has sealed, so that a change of keys reaches them. */
export const holdsSealed = (schema: Schema, ...sealed: string[]) => void paths.set(schema, sealed)

/** The paths a schema has named. */
export const sealedPathsOf = (schema: object): readonly string[] => paths.get(schema) ?? []
