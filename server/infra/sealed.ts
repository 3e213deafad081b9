import type { Schema } from 'mongoose'

const paths = new WeakMap<object, readonly string[]>()
const lists = new WeakMap<object, readonly string[]>()

/** Says which paths of a schema hold text that `FieldCrypto` has sealed, so that a change of keys reaches them. */
export function holdsSealed(schema: Schema, ...sealed: string[]) {
  paths.set(schema, sealed)
  lists.set(
    schema,
    sealed.filter((it) => schema.path(it)?.instance !== 'String'),
  )
}

/** The paths a schema has named. */
export const sealedPathsOf = (schema: object): readonly string[] => paths.get(schema) ?? []

/** Whether such a path leads to many texts instead of one: its documents are few and large. */
export const leadsToMany = (schema: object, path: string) => lists.get(schema)?.includes(path) ?? false

/** What `fieldCrypto` makes: key id, iv of 12 bytes, tag of 16, data. */
const SEALED = /^\w{1,8}\.[\w-]{16}\.[\w-]{22}\.[\w-]*$/

export interface Held {
  /** Where in the document it stands, as an update names it. */
  at: string
  text: string
}

/**
 * Sealed texts of a row at a path that its schema has named, with their own paths. Where the path leads to a list or to mixed
 * content, whatever in it looks sealed is; a path to one text gives that text, whatever it looks like.
 */
export function sealedAt(row: Record<string, unknown>, path: string): Held[] {
  const value = path
    .split('.')
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | null | undefined)?.[key], row)
  if (typeof value === 'string') return value === '' ? [] : [{ at: path, text: value }]
  return within(value, path)
}

export const sealedTextsAt = (row: Record<string, unknown>, path: string) =>
  sealedAt(row, path).map((it) => it.text)

function within(value: unknown, at: string): Held[] {
  if (typeof value === 'string') return SEALED.test(value) ? [{ at, text: value }] : []
  if (typeof value !== 'object' || value === null) return []
  // Days and ids are objects too.
  if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype) return []
  return Object.entries(value).flatMap(([key, it]) => within(it, `${at}.${key}`))
}
