import { DatabaseSync } from 'node:sqlite'
import { afterEach, describe, expect, it } from 'vitest'
import { Links, linksMigration } from '../../../../src/core/uploads/links.ts'

const DAY = 24 * 3_600_000
const db = new DatabaseSync(':memory:')
db.exec(linksMigration)
const links = new Links(db)
afterEach(() => db.exec('DELETE FROM upload_links'))

describe('what was found of links', () => {
  it('is kept per site, the last of it', () => {
    expect(links.known('a')).toBeUndefined()
    links.remember('a', { connections: 4, rate: 1e6 })
    links.remember('a', { connections: 16, rate: 20e6 })
    links.remember('b', { connections: 1, rate: 2.5 })
    expect(links.known('a')).toEqual({ connections: 16, rate: 20e6 })
    expect(links.known('b')).toEqual({ connections: 1, rate: 2.5 })
  })

  it('is forgotten after two weeks', () => {
    links.remember('a', { connections: 4, rate: 1e6 }, 0)
    expect(links.known('a', 13 * DAY)).toBeDefined()
    expect(links.known('a', 15 * DAY)).toBeUndefined()
  })
})
