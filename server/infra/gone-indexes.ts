const gone = new WeakMap<object, string[]>()

/** Says which index a schema had once and must not have any more: an old unique one would refuse what is allowed today. */
export const dropsIndex = (schema: object, name: string) => {
  gone.set(schema, [...(gone.get(schema) ?? []), name])
}

export const goneIndexesOf = (schema: object): readonly string[] => gone.get(schema) ?? []
