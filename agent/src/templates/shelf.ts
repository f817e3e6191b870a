import { basename } from 'node:path'
import type { BrokenTemplate, TemplateSource } from '../../../contract/templates.ts'
import type { Catalogue, Place, TemplateFile } from './catalogue.ts'

/** A good template with the file it came from. */
export interface Shelved {
  file: TemplateFile
  source: TemplateSource
}

/** What one user sees of the catalogue: their own templates before the site's, those before the shipped ones. */
export interface Shelf {
  all(user: string): Shelved[]
  find(user: string, id: string): Shelved | undefined
  /** The template of this id in this very place; a broken file counts by its name. */
  at(place: Place, id: string): TemplateFile | undefined
  /** With the id the file means to have, as far as its name tells. */
  broken(user: string): (BrokenTemplate & { id: string })[]
}

const stem = (path: string) => basename(path).replace(/\.ya?ml$/i, '')

const rank = { shipped: 0, shared: 1, private: 2 } as const

export function createShelf(catalogue: Catalogue): Shelf {
  const seenBy = (user: string) =>
    catalogue
      .files()
      .filter(({ place }) => place.kind !== 'private' || place.owner === user)
      .sort((a, b) => rank[a.place.kind] - rank[b.place.kind] || (a.path < b.path ? -1 : 1))

  /** Good ones by id, and the files that claim an id already used beside them. */
  function sort(user: string) {
    const byId = new Map<string, Shelved>()
    const broken: (BrokenTemplate & { id: string })[] = []
    for (const file of seenBy(user)) {
      const name = basename(file.path)
      const visibility = file.place.kind === 'private' ? ('private' as const) : ('shared' as const)
      if ('problem' in file.read) {
        broken.push({ file: name, ...file.read.problem, visibility, id: stem(name) })
        continue
      }
      const { source } = file.read
      const other = byId.get(source.id)
      if (other !== undefined && other.file.place.kind === file.place.kind) {
        const line = file.text.split('\n').findIndex((text) => text.startsWith('id:')) + 1
        const reason = `The id "${source.id}" is already used by ${basename(other.file.path)}.`
        broken.push({ file: name, line: Math.max(1, line), reason, visibility, id: source.id })
      } else {
        byId.set(source.id, { file, source })
      }
    }
    return { byId, broken }
  }

  return {
    all: (user) => [...sort(user).byId.values()],
    find: (user, id) => sort(user).byId.get(id),
    at: (place, id) =>
      catalogue
        .files()
        .find(
          (file) =>
            file.place.kind === place.kind &&
            (file.place.kind !== 'private' || (place.kind === 'private' && file.place.owner === place.owner)) &&
            ('source' in file.read ? file.read.source.id : stem(file.path)) === id,
        ),
    broken: (user) => sort(user).broken,
  }
}
