import type { Check } from '../../../contract/preflight.ts'
import type {
  OutboxEntry,
  OutboxMoment,
  OutboxQuestion,
  OutboxState,
  OutboxWait,
  TemplateDifference,
} from '../../../contract/outbox.ts'
import type { Upload } from '../../../contract/uploads.ts'
import { uploadsOf, type Batch } from './contents.ts'

/** What an entry waits for, after "waits for". */
export const waitWords: Readonly<Record<OutboxWait, string>> = {
  turn: 'its turn',
  network: 'the network',
  'sign-in': 'a sign-in',
  files: 'its files',
  dependency: 'another entry',
  time: 'its time',
  place: 'its network',
  estimate: 'an early start',
  'server-limit': 'the site, which asked for a pause',
  'job-limit': 'a free place among your jobs',
  scheduler: 'the scheduler',
}

const momentWords: Readonly<Record<OutboxMoment['what'], string>> = {
  queued: 'queued',
  held: 'held',
  released: 'released',
  edited: 'edited',
  waiting: 'waits',
  'network-back': 'network back',
  'signed-in': 'signed in',
  'files-ready': 'files uploaded and verified',
  asked: 'needs you',
  accepted: 'accepted',
  sending: 'sent',
  'answer-lost': 'no answer came; asked again under the same key',
  done: 'done',
  failed: 'refused',
  retried: 'tried again',
  recovered: 'recovered from a damaged file',
}

export const momentText = ({ what, wait, error }: OutboxMoment): string =>
  [
    momentWords[what] + (wait === undefined ? '' : ` for ${waitWords[wait]}`),
    ...(error === undefined ? [] : [error.message]),
  ].join(': ')

const stateWords: Readonly<Record<OutboxState, string>> = {
  held: 'held',
  waiting: 'waiting',
  sending: 'sending',
  done: 'done',
  'needs-you': 'needs you',
  failed: 'failed',
}
export const stateText = (state: OutboxState): string => stateWords[state]

/** What reasons are told by. */
export interface Telling {
  /** How an entry is called. */
  nameOf: (id: string) => string
  /** All there are. */
  uploads: readonly Upload[]
  /** Nothing is being sent: what could go waits for the user to send it. */
  atRest: boolean
}

/** Why an entry is where it is, in a few words, after its state. */
export function whyText(entry: OutboxEntry, { nameOf, uploads, atRest }: Telling): string {
  const { wait, until, waitsFor = [], question, error, result, when } = entry
  if (result !== undefined) return resultText(result)
  if (question !== undefined) return askedInShort(question)
  if (error !== undefined) return error.message
  if (wait === undefined) return ''
  if (wait === 'dependency' && waitsFor.length > 0) return `for ${waitsFor.map(nameOf).join(', ')}`
  if (wait === 'turn' && atRest) return `for ${toBeSent}`
  if (wait === 'files') {
    const own = new Set(uploadsOf(entry))
    return filesWhy(
      uploads.filter(({ id }) => own.has(id)),
      atRest,
    )
  }
  if (wait === 'time' && when.notBefore !== undefined) return `until ${clock(when.notBefore)}`
  if (wait === 'place' && when.network !== undefined) return `for network ${when.network}`
  return `for ${waitWords[wait]}${until === undefined ? '' : ` until ${clock(until)}`}`
}

const toBeSent = '`headway outbox send`'

/** An entry or a batch by its state and why. */
export function stateAndWhy(state: OutboxState, why: string): string {
  if (why === '') return stateWords[state]
  return `${stateWords[state]}${state === 'waiting' || state === 'sending' ? '' : ':'} ${why}`
}

/** Of files that no entry waits for, while nothing is being sent. */
export function batchWhy({ uploads }: Batch): string {
  const bad = uploads.find(({ error }) => error !== undefined)
  if (bad?.error !== undefined) return `${bad.name}: ${bad.error.message}`
  const left = uploads.filter(({ state }) => state !== 'uploaded')
  return left.length === 0 ? '' : filesWhy(left, true)
}

/** What files wait for themselves. */
function filesWhy(uploads: readonly Upload[], atRest: boolean): string {
  const waiting = uploads.find(({ state }) => state === 'waiting')?.wait
  if (waiting === 'network' || waiting === 'sign-in' || waiting === 'server-limit') return `for ${waitWords[waiting]}`
  return `for ${atRest && uploads.every(({ state }) => state === 'queued') ? toBeSent : waitWords.files}`
}

/** The first file's name, and how many more. */
export const batchTitle = ({ uploads: [upload, ...others] }: Batch): string =>
  upload === undefined ? '' : `${placeOf(upload)}${others.length === 0 ? '' : ` and ${others.length} more`}`

export const placeOf = ({ folder, name }: Pick<Upload, 'folder' | 'name'>): string =>
  folder === '' ? name : `${folder}/${name}`

export function resultText({ jobId, runId, templateId, refused = [] }: NonNullable<OutboxEntry['result']>): string {
  if (jobId !== undefined) return `job ${jobId}`
  if (runId !== undefined) return `workflow ${runId}`
  if (refused.length > 0) return refused.map(({ id, message }) => `${id}: ${message}`).join('; ')
  return templateId === undefined ? '' : `template ${templateId}`
}

function askedInShort(question: OutboxQuestion): string {
  switch (question.kind) {
    case 'template-changed':
      return `its template is version ${question.to} now`
    case 'template-gone':
      return 'its template is gone'
    case 'checks':
      return question.checks.map(checkText).join('; ')
    case 'files':
      return question.files.map(({ name, error }) => `${name}: ${error?.message ?? 'is missing'}`).join('; ')
    case 'dependency':
      return `"${question.title}" was ${question.why === 'failed' ? 'refused' : 'removed'}`
    default:
      return question satisfies never
  }
}

/** A question whole, with what to do about it. `id`: as the entry is called. */
export function questionText(question: OutboxQuestion, id: string): string[] {
  const or = `\`headway outbox edit ${id} …\` changes it, \`headway outbox remove ${id}\` gives it up.`
  const accept = (what: string): string => `\`headway outbox accept ${id}\` ${what}, ${or}`
  switch (question.kind) {
    case 'template-changed':
      return [
        `Its template has changed: version ${question.from} when you submitted, ${question.to} now.`,
        ...question.differences.map(differenceText),
        accept('sends it with the new version and the values that still fit'),
      ]
    case 'template-gone':
      return [`The template ${question.template} is gone. \`headway outbox remove ${id}\` gives it up.`]
    case 'checks':
      return [
        'The site would refuse it as it is:',
        ...question.checks.map((check) => `  ${checkText(check)}`),
        accept('sends it all the same'),
      ]
    case 'files':
      return [
        'Files could not be uploaded:',
        ...question.files.map(({ name, error }) => `  ${name}: ${error?.message ?? 'is missing'}`),
        `\`headway outbox retry ${id}\` tries again, ${or}`,
      ]
    case 'dependency':
      return [
        `It was to go after "${question.title}", which was ${question.why === 'failed' ? 'refused' : 'removed'}.`,
        accept('sends it without waiting for that'),
      ]
    default:
      return question satisfies never
  }
}

/** `partition-unknown` and its data, as the agent tells them. */
function checkText({ code, data }: Check): string {
  const facts = Object.entries(data).map(([key, value]) => `${key} ${plain(value)}`)
  return `${code.replaceAll('-', ' ')}${facts.length === 0 ? '' : ` (${facts.join(', ')})`}`
}
const plain = (value: unknown): string =>
  Array.isArray(value) ? value.map(plain).join(' ') : typeof value === 'string' ? value : JSON.stringify(value)

function differenceText({ part, key, before, after }: TemplateDifference): string {
  const what = `  ${part}${key === undefined ? '' : ` ${key}`}`
  if (part === 'script') return `${what}: another one`
  if (before === undefined) return `${what}: new, ${after ?? ''}`
  return after === undefined ? `${what}: gone` : `${what}: ${before} → ${after}`
}

const two = (value: number): string => String(value).padStart(2, '0')

/** 09:12 today, else with the day, by this machine's clock. */
export function clock(time: string, now = new Date()): string {
  const date = new Date(time)
  const hours = `${two(date.getHours())}:${two(date.getMinutes())}`
  if (date.toDateString() === now.toDateString()) return hours
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${hours}`
}

/** 5 s, 12 min, 3 h, 2 d. */
export function age(time: string, now = Date.now()): string {
  const seconds = Math.max(0, Math.floor((now - Date.parse(time)) / 1000))
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} d`
}
