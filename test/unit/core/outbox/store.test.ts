import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { OutboxStatus } from '../../../../contract/outbox.ts'
import type { Outbox } from '../../../../src/core/outbox/index.ts'
import type { OutboxRecord } from '../../../../src/core/outbox/record.ts'
import { openOutboxStore } from '../../../../src/core/outbox/store.ts'
import { until } from '../../../helpers/core.ts'
import { silent } from '../helpers/signed-in.ts'
import { ask, entriesOf, inState, openBench, submission } from './helpers.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'headway-store-'))
  path = join(folder, 'outbox.db')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const at = '2026-11-29T08:00:00.000Z'
const record = (id: string, rank: number): OutboxRecord => ({
  id,
  change: `change-${id}`,
  site: 's',
  siteName: 'here',
  user: 'jin',
  // A few to a page, as real ones are.
  action: submission(`${id} ${'x'.repeat(700)}`),
  when: {},
  rank,
  phase: 'queued',
  sent: false,
  round: 0,
  story: [{ at, what: 'queued' }],
  createdAt: at,
  updatedAt: at,
})
const ids = Array.from({ length: 60 }, (_, index) => `entry-${String(index).padStart(2, '0')}`)

/** A journal of sixty entries, closed. */
function write(): void {
  const store = openOutboxStore(path, silent)
  store.save(ids.map((id, rank) => record(id, rank)))
  store.close()
}
function damage(change: (bytes: Buffer) => void): void {
  const bytes = readFileSync(path)
  change(bytes)
  writeFileSync(path, bytes)
}
const flip = (bytes: Buffer, offset: number, mask = 0xff): void => void (bytes[offset] = (bytes[offset] ?? 0) ^ mask)
/** Opens it; what was recovered is told, is as it was, and can be written. */
function reopen(): { recovered: string[]; told: number | undefined } {
  const store = openOutboxStore(path, silent)
  try {
    const all = store.all()
    const told = store.damage()
    for (const found of all) {
      const wanted = record(found.id, ids.indexOf(found.id))
      const story = [...wanted.story, { at: told?.at, what: 'recovered' }]
      expect(found).toEqual(told === undefined ? wanted : { ...wanted, story })
    }
    store.save(all.map((one) => ({ ...one, updatedAt: '2026-11-29T09:00:00.000Z' })))
    store.save([record('new', 99)])
    for (const { id } of all) store.remove(id)
    expect(store.all().map(({ id }) => id)).toEqual(['new'])
    if (told !== undefined) expect(existsSync(told.file)).toBe(true)
    return { recovered: all.map(({ id }) => id), told: told?.recovered }
  } finally {
    store.close()
  }
}

describe('the journal of the outbox', () => {
  it('keeps everything in order over a restart, and says nothing of damage', () => {
    write()
    expect(reopen()).toEqual({ recovered: ids, told: undefined })
  })

  it('of the first version is opened', () => {
    // As the first version has made it, with an entry of that time.
    const first = new DatabaseSync(path)
    first.exec(`PRAGMA journal_mode = WAL;
      CREATE TABLE entry (id TEXT PRIMARY KEY, change TEXT NOT NULL UNIQUE, record TEXT NOT NULL) STRICT;
      CREATE TABLE damage (at TEXT NOT NULL, file TEXT NOT NULL, recovered INTEGER NOT NULL) STRICT;
      PRAGMA user_version = 1`)
    const old = record('entry-00', 0)
    first.prepare('INSERT INTO entry VALUES (?, ?, ?)').run(old.id, old.change, JSON.stringify(old))
    first.close()
    expect(reopen()).toEqual({ recovered: ['entry-00'], told: undefined })
  })

  it('of a newer version is refused in a sentence, and left as it is', () => {
    write()
    const newer = new DatabaseSync(path)
    newer.exec('PRAGMA user_version = 1000')
    newer.close()
    expect(() => openOutboxStore(path, silent)).toThrow(`${path} was written by a newer Headway.`)
    const after = new DatabaseSync(path)
    expect(after.prepare('SELECT count(*) AS count FROM entry').get()).toEqual({ count: ids.length })
    after.close()
    expect(existsSync(`${path}.damaged`)).toBe(false)
  })

  it('with one bad page loses no more than what was on it', () => {
    write()
    const pages = readFileSync(path).length / 4096
    let most = 0
    for (let page = 1; page < pages; page++) {
      rmSync(folder, { recursive: true, force: true })
      write()
      damage((bytes) => bytes.fill(0xa5, page * 4096, (page + 1) * 4096))
      const { recovered, told } = reopen()
      expect(told).toBe(recovered.length)
      most = Math.max(most, ids.length - recovered.length)
      // All but the roots of the table and of its indexes are leaves with a few entries each.
      if (page > 4) expect(recovered.length).toBeGreaterThan(ids.length - 10)
    }
    expect(most).toBeGreaterThan(0)
  })

  it('with bad bytes anywhere behind its header opens, tells of the damage and goes on', () => {
    write()
    const whole = readFileSync(path)
    const place = fc.record({
      offset: fc.integer({ min: 4096, max: whole.length - 1 }),
      mask: fc.integer({ min: 1, max: 255 }),
    })
    fc.assert(
      fc.property(fc.array(place, { minLength: 1, maxLength: 40 }), (places) => {
        rmSync(folder, { recursive: true, force: true })
        write()
        damage((bytes) => places.forEach(({ offset, mask }) => flip(bytes, offset, mask)))
        const { recovered, told } = reopen()
        expect(new Set(recovered).size).toBe(recovered.length)
        // What was not noticed has hit nothing.
        expect(recovered.length).toBe(told ?? ids.length)
      }),
      { numRuns: 25 },
    )
  })

  it('with a single bit of a text turned over notices that, and takes that entry for lost', () => {
    write()
    damage((bytes) => flip(bytes, bytes.indexOf('entry-30 x') + 20, 1))
    expect(reopen()).toEqual({ recovered: ids.filter((id) => id !== 'entry-30'), told: ids.length - 1 })
  })

  it('cut short is recovered up to there', () => {
    write()
    truncateSync(path, Math.floor(readFileSync(path).length / 4096 / 2) * 4096)
    const { recovered, told } = reopen()
    expect(told).toBe(recovered.length)
    expect(recovered.length).toBeGreaterThan(10)
  })

  it.each([
    ['garbage', (bytes: Buffer) => bytes.fill(0x5a, 0, 100)],
    ['another kind of file', (bytes: Buffer) => bytes.write('PK\u0003\u0004')],
  ])('that begins with %s is begun anew, and kept', (_what, change) => {
    write()
    damage(change)
    const bytes = readFileSync(path)
    expect(reopen()).toEqual({ recovered: [], told: 0 })
    expect(readFileSync(`${path}.damaged`).equals(bytes)).toBe(true)
  })

  it('takes the writes before a bad one out of its log', () => {
    const store = openOutboxStore(path, silent)
    for (const [rank, id] of ids.entries()) store.save([record(id, rank)])
    const copy = join(folder, 'copy')
    for (const suffix of ['', '-wal']) cpSync(path + suffix, `${copy}${suffix}`)
    store.close()
    path = copy
    const log = readFileSync(`${path}-wal`)
    flip(log, Math.floor(log.length / 2))
    writeFileSync(`${path}-wal`, log)
    appendFileSync(`${path}-wal`, 'torn')
    // A log that ends in the middle is what a power cut leaves: no damage.
    const { recovered, told } = reopen()
    expect(told).toBeUndefined()
    expect(recovered).toEqual(ids.slice(0, recovered.length))
    expect(recovered.length).toBeGreaterThan(10)
  })

  it('is damaged twice: what was set aside last is kept, and nothing of the first gets into it', () => {
    write()
    const store = openOutboxStore(path, silent)
    store.save([record('of the first', 99)])
    cpSync(`${path}-wal`, `${path}.damaged-wal`)
    store.remove('of the first')
    store.close()
    damage((bytes) => bytes.fill(0xa5, 8 * 4096, 9 * 4096))
    const { recovered, told } = reopen()
    expect(told).toBe(recovered.length)
    expect(recovered.length).toBeGreaterThan(40)
    expect(recovered).not.toContain('of the first')
  })
})

const status = (outbox: Outbox): OutboxStatus => {
  const seen: OutboxStatus[] = []
  outbox.handlers.streams.status({}, { snapshot: (now) => seen.push(now), event: () => 0, fail: () => 0 })()
  return seen[0] ?? { networks: [] }
}

describe('an outbox whose journal was damaged', () => {
  it('goes on with what was recovered, makes no job twice, and says so until it was read', async () => {
    const bench = await openBench()
    try {
      // Done at the site, its answer lost: it is what a second job would be made of.
      bench.answers = Array.from({ length: 30 }, () => (response) => void response.destroy())
      const first = bench.open()
      for (let index = 0; index < 30; index++) await ask.add(first, submission(`${index} ${'x'.repeat(900)}`))
      await until('a request', () => bench.requests.length > 0)
      await bench.close(first)
      path = join(bench.folder, 'outbox.db')
      damage((bytes) => bytes.fill(0xa5, bytes.length - 4096))
      bench.answers = []
      const second = bench.open()
      const { damaged } = status(second)
      const found = entriesOf(second)
      expect(damaged).toMatchObject({ file: `${path}.damaged`, recovered: found.length })
      expect(found.length).toBeGreaterThan(20)
      for (const { id } of found) {
        const { story } = await inState(second, id, 'done')
        expect(story.map(({ what }) => what)).toContain('recovered')
      }
      const keys = new Set(bench.requests.map(({ idempotency_key: key }) => key))
      expect(keys.size).toBeGreaterThanOrEqual(found.length)
      for (const { id } of found) expect(keys.has(id)).toBe(true)
      await ask.method(second, 'seenDamage', {})
      expect(status(second).damaged).toBeUndefined()
      await bench.close(second)
      expect(status(bench.open()).damaged).toBeUndefined()
    } finally {
      await bench.end()
    }
  })
})
