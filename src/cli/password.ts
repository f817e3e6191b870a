import { createInterface } from 'node:readline'
import { CommandFailure } from './failure.ts'
import { exitCode } from './exit-codes.ts'

/** From `--password-stdin`, HEADWAY_PASSWORD, or a prompt that does not echo. Never from an argument. */
export async function readPassword(fromStdin: boolean): Promise<string> {
  if (fromStdin) return readLineOf(process.stdin)
  const fromEnvironment = process.env['HEADWAY_PASSWORD']
  if (fromEnvironment !== undefined && fromEnvironment !== '') return fromEnvironment
  if (!process.stdin.isTTY) {
    throw new CommandFailure(
      'No terminal to ask for the password. Use --password-stdin or HEADWAY_PASSWORD.',
      exitCode.usage,
    )
  }
  return typeHidden('Password: ')
}

async function readLineOf(stream: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: stream })) return line
  throw new CommandFailure('Nothing came on standard input.', exitCode.usage)
}

/** Asks on the terminal, without showing what is typed. */
export function typeHidden(question: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const { stdin, stderr } = process
    stderr.write(question)
    stdin.setRawMode(true)
    stdin.resume()
    stdin.setEncoding('utf8')
    let typed = ''
    const finish = (act: () => void): void => {
      stdin.setRawMode(false)
      stdin.pause()
      stdin.off('data', onData)
      stderr.write('\n')
      act()
    }
    const onData = (data: string): void => {
      for (const character of data) {
        if (character === '\r' || character === '\n') return finish(() => resolve(typed))
        if (character === '\u0003')
          return finish(() => reject(new CommandFailure('Interrupted.', exitCode.interrupted)))
        typed =
          character === '\u007F' || character === '\b' ? Array.from(typed).slice(0, -1).join('') : typed + character
      }
    }
    stdin.on('data', onData)
  })
}
