import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { Durability } from '../../../../agent/src/db/durability.ts'

it('a sync that is asked for while one is under way begins after it, for all who ask together', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'headway-durable-'))
  writeFileSync(join(folder, 'headway.db-wal'), 'log')
  const durability = new Durability(folder)
  const ends: string[] = []
  const ask = (name: string) => durability.sync().then(() => ends.push(name))
  const first = ask('first')
  // The first has begun: what is committed now may not be in it.
  await Promise.resolve()
  await Promise.resolve()
  const later = durability.sync()
  expect(durability.sync()).toBe(later)
  await Promise.all([first, later.then(() => ends.push('later'))])
  expect(ends).toEqual(['first', 'later'])
})

it('fails where there is no log, and not ever after', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'headway-durable-'))
  const durability = new Durability(folder)
  await expect(durability.sync()).rejects.toThrow('ENOENT')
  writeFileSync(join(folder, 'headway.db-wal'), 'log')
  await durability.sync()
})
