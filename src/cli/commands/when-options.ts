import { Value } from 'typebox/value'
import { OutboxWhen, type OutboxEntry } from '../../../contract/outbox.ts'
import type { Dependency, JobOptions } from '../../../contract/resources.ts'
import { exitCode } from '../exit-codes.ts'
import { CommandFailure } from '../failure.ts'
import { named } from '../outbox/contents.ts'
import { parseBegin } from './submit-options.ts'

/** What `headway submit` takes for work that waits on this machine. */
export interface WhenOptions {
  offline?: boolean
  hold?: boolean
  notBefore?: string
  network?: string
  startWithin?: string
  after?: string[]
  dependency?: string
}

/** What waits here has to outlive the command: it is kept in the outbox. */
export const isKept = (options: WhenOptions): boolean =>
  options.offline === true ||
  options.hold === true ||
  options.notBefore !== undefined ||
  options.network !== undefined ||
  options.startWithin !== undefined ||
  (options.after ?? []).length > 0 ||
  options.dependency?.includes('@') === true

/** `before`: as it was; what is given replaces it, `none` takes it away. */
export function whenOf({ notBefore, network, startWithin }: WhenOptions, before: OutboxWhen = {}): OutboxWhen {
  const given = {
    notBefore: notBefore === 'none' ? notBefore : parseBegin(notBefore),
    network,
    startWithinMinutes: startWithin === undefined || startWithin === 'none' ? startWithin : Number(startWithin),
  }
  const all = Object.entries({ ...before, ...defined(given) }).filter(([, value]) => value !== 'none')
  const when: unknown = Object.fromEntries(all)
  if (network !== undefined && network !== 'none' && !/^[0-9a-f.:]+\/\d{1,3}$/i.test(network))
    throw usage(`"${network}" is no subnet. Write it as 192.168.10.0/24.`)
  if (!Value.Check(OutboxWhen, when)) throw usage(`"${startWithin}" is no number of minutes.`)
  return when
}

const defined = (values: object): object =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))

/** The same options with the entries of the outbox that they name: `--after ENTRY` and `--dependency afterok:@ENTRY`. */
export function afterEntries(
  options: JobOptions | undefined,
  after: readonly string[],
  entries: readonly OutboxEntry[],
): JobOptions | undefined {
  const submissions = entries.filter(({ action }) => action.kind === 'submit')
  const keyOf = (id: string): string => named(submissions, id).id
  const dependencies: Dependency[] = [
    ...(options?.dependencies ?? []).map(({ submission, ...dependency }) =>
      submission === undefined ? dependency : { ...dependency, submission: keyOf(submission) },
    ),
    ...after.map((id) => ({ type: 'afterok' as const, submission: keyOf(id) })),
  ]
  return dependencies.length === 0 ? options : { ...options, dependencies }
}

const usage = (message: string) => new CommandFailure(message, exitCode.usage)
