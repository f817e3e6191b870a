import { createInterface } from 'node:readline/promises'
import type { Site, SiteAnswer, SiteQuestion } from '../../contract/sites.ts'
import type { RpcClient } from '../rpc/types.ts'
import { printable } from './output.ts'
import { typeHidden } from './password.ts'

/** Connects an SSH site; what must be asked is asked on the terminal, and refused where there is none. */
export async function connectSsh(rpc: RpcClient, site: Site): Promise<Site> {
  const asked = new Set<string>()
  let asking: Promise<void> = Promise.resolve()
  const ask = (questions: readonly SiteQuestion[]): void => {
    for (const question of questions) {
      if (question.site !== site.id || asked.has(question.id)) continue
      asked.add(question.id)
      asking = asking.then(() => answerInTurn(rpc, question))
    }
  }
  const end = rpc.subscribe(
    'sites',
    'questions',
    {},
    {
      snapshot: ({ items }) => ask(items),
      event: ({ put }) => ask(put),
    },
  )
  try {
    return await rpc.call('sites', 'connect', { site: site.id })
  } finally {
    end()
  }
}

async function answerInTurn(rpc: RpcClient, question: SiteQuestion): Promise<void> {
  const answer = process.stdin.isTTY ? await answerOf(question) : ({ kind: 'refuse' } as const)
  // Answered too late: the connection has ended, which says why by itself.
  await rpc.call('sites', 'answer', { question: question.id, answer }).catch(() => undefined)
}

async function answerOf({ host, ask }: SiteQuestion): Promise<SiteAnswer> {
  switch (ask.kind) {
    case 'host-key':
      say(`${host} is not known yet. Its ${ask.key.type} key has the fingerprint\n  ${ask.key.fingerprint}`)
      return confirm('Trust it?', 'yes')
    case 'host-key-changed':
      say(`THE HOST KEY OF ${host} HAS CHANGED. Somebody may be listening, or the host was installed anew.`)
      for (const { key, file, line } of ask.known) say(`  known: ${key.type} ${key.fingerprint} (${file}:${line})`)
      say(`  now:   ${ask.key.type} ${ask.key.fingerprint}`)
      return confirm('Ask your administrator first. Type the host to replace the known key:', host)
    case 'passphrase':
      return typed([await hidden(`${again(ask.again)}Passphrase of ${ask.file}: `)])
    case 'password':
      return typed([await hidden(`${again(ask.again)}Password of ${host}: `)])
    case 'prompts': {
      if (ask.name !== '') say(ask.name)
      if (ask.instruction !== '') say(ask.instruction)
      const responses: string[] = []
      for (const { text, echo } of ask.prompts) responses.push(await (echo ? shown(text) : hidden(text)))
      return typed(responses)
    }
    default: {
      const size = `${Math.ceil(ask.bytes / 1_000_000)} MB`
      say(
        `No agent runs on ${host}. Headway would copy its own (${ask.version}, ${size}) to ${ask.folder} and start it as you.`,
      )
      return confirm('Install and start it?', 'yes')
    }
  }
}

const typed = (responses: string[]): SiteAnswer => ({ kind: 'responses', responses })
const again = (wrong: boolean): string => (wrong ? 'That was wrong. ' : '')
const say = (text: string): void => void process.stderr.write(`${printable(text)}\n`)
const hidden = (prompt: string): Promise<string> => typeHidden(printable(prompt))

async function shown(prompt: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return await lines.question(printable(prompt))
  } finally {
    lines.close()
  }
}
async function confirm(question: string, wanted: string): Promise<SiteAnswer> {
  const hint = wanted === 'yes' ? ' (yes/no) ' : ' '
  const answer = (await shown(question + hint)).trim()
  return { kind: answer.toLowerCase() === wanted.toLowerCase() ? 'accept' : 'refuse' }
}
