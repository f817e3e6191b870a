import type { OutboxEntry } from '../../../../contract/outbox.ts'
import { siteAnswers } from '../../../../contract/site-answers.ts'
import type { Upload } from '../../../../contract/uploads.ts'
import type { RpcClient } from '../../../rpc/types.ts'
import { exitCode } from '../../exit-codes.ts'
import { CommandFailure, describeFailure } from '../../failure.ts'
import { contents, contentsOf, idsOf, shortIds, stateOfBatch, uploadsOf } from '../../outbox/contents.ts'
import { followOutbox, motions, type Moment } from '../../outbox/follow.ts'
import { withOutbox } from '../../outbox/session.ts'
import { stateAndWhy, waitWords, whyText } from '../../outbox/words.ts'
import type { Output } from '../../output.ts'
import { connectSsh } from '../../ssh.ts'
import { first } from '../../streams.ts'
import { progressOf, uploadedLine } from '../../uploads.ts'

/** `headway outbox send [--wait]`: lets everything go that can. */
export async function send(options: { wait?: boolean }, output: Output, signal: AbortSignal): Promise<void> {
  await withOutbox(
    async ({ rpc }) => {
      await connectAll(rpc, output)
      const toTheEnd = options.wait === true
      const now = await followOutbox(rpc, { toTheEnd, signal, look: teller(output) })
      output.endProgress()
      await forgetSent(rpc)
      conclude(now, output)
    },
    { sends: true },
  )
}

/** Sites with something to send are connected to, and ask what they must; one that is out of reach holds up no other. */
async function connectAll(rpc: RpcClient, output: Output): Promise<void> {
  const { entries, batches } = await contentsOf(rpc)
  const unsent = [
    ...entries.filter(({ state }) => state === 'waiting' || state === 'sending'),
    ...batches.filter((batch) => !['done', 'held'].includes(stateOfBatch(batch))),
  ]
  const wanted = new Set(unsent.map(({ site }) => site))
  const { items } = await first(rpc, 'sites', 'all', {})
  for (const site of items) {
    if (!wanted.has(site.id)) continue
    const connected = site.url.startsWith('ssh://')
      ? connectSsh(rpc, site)
      : rpc.call('sites', 'reconnect', { site: site.id })
    await connected.catch((error: unknown) => output.note(describeFailure(error).message))
  }
}

/** Says what is new of each entry and file, each once. */
function teller(output: Output): (now: Moment) => void {
  const said = new Map<string, string>()
  const isNews = (id: string, what: string): boolean => {
    const before = said.get(id)
    said.set(id, what)
    return before !== what
  }
  let isFirst = true
  return (now) => {
    const entries = [...now.entries.values()]
    const uploads = [...now.uploads.values()]
    const short = shortIds(idsOf(contents(entries, uploads)))
    const shown = (id: string): string => short.get(id) ?? id
    for (const entry of entries) {
      const { id, title, state, wait, result } = entry
      const old = isFirst && (state === 'done' || state === 'held')
      const words = stateAndWhy(state, whyText(entry, { nameOf: shown, uploads, atRest: false }))
      if (!isNews(id, words) || old || wait === 'turn') continue
      const line = { outbox_id: id, state, ...(wait === undefined ? {} : { wait }), ...idsOfResult(result) }
      output.result(line, `${shown(id)}  ${title}: ${words}`)
    }
    const bound = new Set(entries.flatMap(uploadsOf))
    for (const upload of uploads) {
      if (!isNews(upload.id, upload.state) || bound.has(upload.id)) continue
      if (upload.state === 'uploaded' && !isFirst) output.result(...uploadedLine(upload))
    }
    isFirst = false
    const moving = uploads.filter(({ state }) => state === 'uploading' || state === 'verifying')
    if (moving.length > 0) output.progress(progressOf(moving))
  }
}

const idsOfResult = ({ jobId, runId }: NonNullable<OutboxEntry['result']> = {}): object => ({
  ...(jobId === undefined ? {} : { job_id: jobId }),
  ...(runId === undefined ? {} : { run_id: runId }),
})

/** Files that no entry waits for stay on the list so long once they were sent. */
const rememberedMs = 7 * 24 * 60 * 60_000

const isOld = ({ state, updatedAt }: Upload): boolean =>
  state === 'uploaded' && Date.now() - Date.parse(updatedAt) > rememberedMs

/** Files of what was sent are the site's: nothing here needs them any more. */
async function forgetSent(rpc: RpcClient): Promise<void> {
  const { entries } = await contentsOf(rpc)
  const { items } = await first(rpc, 'uploads', 'all', {})
  const sent = new Set(entries.filter(({ state }) => state === 'done').flatMap(uploadsOf))
  const bound = new Set(entries.flatMap(uploadsOf))
  const gone = items.filter((upload) => sent.has(upload.id) || (!bound.has(upload.id) && isOld(upload)))
  const ids = gone.map(({ id }) => id)
  if (ids.length > 0) await rpc.call('uploads', 'forget', { ids })
}

/** The sum, and an exit code where not all is well. */
function conclude(now: Moment, output: Output): void {
  const held = contents([...now.entries.values()], [...now.uploads.values()])
  const states = [...held.entries.map(({ state }) => state), ...held.batches.map(stateOfBatch)]
  const count = (...wanted: string[]): number => states.filter((state) => wanted.includes(state)).length
  const sum = {
    done: count('done'),
    waiting: count('waiting', 'sending'),
    held: count('held'),
    needs_you: count('needs-you'),
    failed: count('failed'),
  }
  const words = Object.entries(sum).flatMap(([what, number]) =>
    number === 0 ? [] : [`${number} ${what.replace('_', ' ')}`],
  )
  output.result(sum, states.length === 0 ? 'The outbox is empty.' : `${words.join(', ')}.`)
  if (sum.needs_you + sum.failed > 0) {
    throw new CommandFailure(
      'Not everything could be sent. See `headway outbox`, and `headway outbox show ID` for what to do.',
      exitCode.needsYou,
      'NEEDS_YOU',
    )
  }
  const cut = new Set(motions(now).flatMap(({ site, motion }) => (motion === 'cut' ? [site] : [])))
  const silent = [...now.sites.values()].filter(({ id }) => cut.has(id))
  const out = silent.filter((site) => site.connection.state === 'signed-out' || siteAnswers(site.connection))
  if (out.length > 0) {
    const sentence = `${waitText('sign-in', out)} Sign in with \`headway sign-in WHERE\`, then send again.`
    throw new CommandFailure(sentence, exitCode.signedOut, 'SIGNED_OUT')
  }
  if (silent.length > 0) {
    const sentence = `${waitText('network', silent)} It stays in the outbox: send again later.`
    throw new CommandFailure(sentence, exitCode.offline, 'OFFLINE')
  }
}

const waitText = (wait: 'sign-in' | 'network', sites: readonly { name: string }[]): string =>
  `What is for ${sites.map(({ name }) => name).join(', ')} waits for ${waitWords[wait]}.`
