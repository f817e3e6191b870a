/** A collection stream kept by id; every change makes a new map, unchanged items stay the same objects. */
export type Collection<T> = ReadonlyMap<string, T>

export function collectionOf<T extends { id: string }>(items: readonly T[]): Collection<T> {
  return new Map(items.map((item) => [item.id, item]))
}

export function applyChange<T extends { id: string }>(
  before: Collection<T>,
  change: { put: readonly T[]; gone: readonly string[] },
): Collection<T> {
  const after = new Map(before)
  for (const id of change.gone) after.delete(id)
  for (const item of change.put) after.set(item.id, item)
  return after
}
