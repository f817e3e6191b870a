import { spawn, type ChildProcessByStdio } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'

/** A command by its words; they may begin with what runs it elsewhere. */
export type Words = readonly string[]

/** Starts a command whose standard output is read here. */
export const start = ([command = '', ...args]: Words): ChildProcessByStdio<Writable, Readable, null> =>
  spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })

/** Runs a command to its end; gives what it printed. Rejects with its standard error where it fails. */
export async function output([command = '', ...args]: Words): Promise<string> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  const [printed, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}: ${errors}`)
  return printed
}

/** Seconds that a command takes. */
export async function seconds(words: Words): Promise<number> {
  const started = performance.now()
  await output(words)
  return (performance.now() - started) / 1000
}

/** Seconds that two commands take, the one writing into the other. */
export async function secondsPiped([from = '', ...fromArgs]: Words, [to = '', ...toArgs]: Words): Promise<number> {
  const started = performance.now()
  const writer = spawn(from, fromArgs, { stdio: ['ignore', 'pipe', 'inherit'] })
  const reader = spawn(to, toArgs, { stdio: [writer.stdout, 'inherit', 'inherit'] })
  // The other end belongs to the reader alone.
  writer.stdout.destroy()
  const codes = await Promise.all(
    [writer, reader].map(
      (child) =>
        new Promise<number | null>((resolve, reject) => {
          child.once('error', reject)
          child.once('exit', resolve)
        }),
    ),
  )
  if (codes.some((code) => code !== 0)) throw new Error(`${from} | ${to} ended with ${codes.join(', ')}`)
  return (performance.now() - started) / 1000
}
