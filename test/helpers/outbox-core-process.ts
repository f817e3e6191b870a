import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type StatementResultingChanges, StatementSync } from 'node:sqlite'
import type { Platform } from '../../src/core/platform.ts'
import { until } from './core.ts'
import { allDone, followOutbox, job, startOutboxCore } from './outbox-site.ts'
import { picked } from './upload-core.ts'

/**
 * A core that kills itself with SIGKILL at its n-th write to the outbox's journal: `URL DATA PREFIX before|after|never N [FILE]`. With a
 * file it is the first one and queues what is to be done, else it goes on with what is left. A line of JSON for each intent that it
 * was promised, and at the end for all of them.
 */
const [url = '', data = '', prefix = '', moment = 'never', at = '0', file] = process.argv.slice(2)
const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`)

let writes = 0
/** A write that is on the disk once it has returned: a transaction, or an entry that is taken away. */
function writing(write: () => unknown): unknown {
  const dies = ++writes === Number(at)
  if (dies && moment === 'before') die()
  const written = write()
  if (dies && moment === 'after') die()
  return written
}
function die(): never {
  process.kill(process.pid, 'SIGKILL')
  for (;;);
}
/** A method as it was before it was replaced here. */
function original(prototype: object, name: string): (self: object, values: readonly unknown[]) => unknown {
  const method = Reflect.get(prototype, name) as (...values: unknown[]) => unknown
  return (self, values) => Reflect.apply(method, self, values)
}
const exec = original(DatabaseSync.prototype, 'exec')
DatabaseSync.prototype.exec = function (sql) {
  if (sql === 'COMMIT' && this.location()?.endsWith('outbox.db') === true) writing(() => exec(this, [sql]))
  else exec(this, [sql])
}
const run = original(StatementSync.prototype, 'run')
StatementSync.prototype.run = function (...values: unknown[]) {
  const act = () => run(this, values)
  const changes = this.sourceSQL.startsWith('DELETE FROM entry') ? writing(act) : act()
  return changes as StatementResultingChanges
}

const secrets: Platform['secrets'] = {
  persistent: true,
  get: async (key) => (JSON.parse(read()) as Record<string, string>)[key],
  set: async (key, value) => write({ ...(JSON.parse(read()) as object), [key]: value }),
  delete: async (key) =>
    write(Object.fromEntries(Object.entries(JSON.parse(read()) as object).filter(([name]) => name !== key))),
}
const vault = join(data, 'secrets.json')
function read(): string {
  try {
    return readFileSync(vault, 'utf8')
  } catch {
    return '{}'
  }
}
const write = (all: object): void => writeFileSync(vault, JSON.stringify(all))

mkdirSync(data, { recursive: true })
const core = await startOutboxCore({ data, platform: { secrets } })
const entries = followOutbox(core)
if (file !== undefined) {
  const { id: site } = await core.signIn(url)
  const { added } = await core.rpc.call('uploads', 'add', { site, label: prefix, files: [await picked(file)] })
  const uploads = added.map(({ id }) => id)
  const first = await core.rpc.call('outbox', 'add', { site, action: job(`${prefix}a`, { uploads }) })
  say({ promised: first.id })
  const second = await core.rpc.call('outbox', 'add', { site, action: job(`${prefix}b`, { after: [first.id] }) })
  say({ promised: second.id })
  const third = await core.rpc.call('outbox', 'add', { site, action: job(`${prefix}c`), held: true })
  say({ promised: third.id })
  await core.rpc.call('outbox', 'edit', { id: third.id, action: job(`${prefix}d`) })
  await core.rpc.call('outbox', 'release', { ids: [third.id] })
  const fourth = await core.rpc.call('outbox', 'add', { site, action: job(`${prefix}e`), held: true })
  await core.rpc.call('outbox', 'remove', { ids: [fourth.id] })
  say({ removed: fourth.id })
}
const list = core.watch('outbox', 'all', {})
await until('the list', () => list.snapshots.length === 1)
// What was killed between two promises is held still.
for (const { id, can } of entries.values()) if (can.release) await core.rpc.call('outbox', 'release', { ids: [id] })
const all = await allDone(core, entries, 60_000)
say({ writes, done: all.map(({ id, title, result }) => ({ id, title, job: result?.jobId })) })
await core.close()
