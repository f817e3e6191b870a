import type { Command } from 'commander'
import type { Output } from '../../output.ts'
import { addSubmissionFlags } from '../submit-flags.ts'
import type { SubmissionOptions } from '../submission.ts'
import { change, move } from './change.ts'
import { edit } from './edit.ts'
import { list } from './list.ts'
import { send } from './send.ts'
import { show } from './show.ts'

/** `headway outbox`: what is kept on this machine until it can be sent. */
export function addOutbox(program: Command, output: () => Output, signal: AbortSignal): void {
  const outbox = program
    .command('outbox')
    .description('list what is kept until it can be sent')
    .action(() => list(output()))
  outbox
    .command('show <id>')
    .description('tell the story of an entry, and what it needs')
    .action((id: string) => show(id, output()))
  outbox
    .command('send')
    .description('let everything go that can')
    .option('--wait', 'until all of it has ended, also what waits for a time, a place or the network')
    .action((options: { wait?: boolean }) => send(options, output(), signal))
  for (const [wanted, description] of [
    ['hold', 'keep entries back'],
    ['release', 'let entries go that are held'],
    ['remove', 'give entries up that were not sent, or take ended ones off the list'],
    ['retry', 'try again what was refused, or whose files failed'],
    ['accept', 'say yes to what entries ask'],
  ] as const) {
    outbox
      .command(`${wanted} <ids...>`)
      .description(description)
      .action((ids: string[]) => change(ids, wanted, output()))
  }
  addSubmissionFlags(
    outbox.command('edit <id>').description('change an entry; `none` takes a time, network or start away'),
  ).action((id: string, options: SubmissionOptions) => edit(id, options, output()))
  outbox
    .command('move <id>')
    .description('send an entry last, or before another one')
    .option('--before <id>', 'that one')
    .action((id: string, options: { before?: string }) => move(id, options, output()))
}
