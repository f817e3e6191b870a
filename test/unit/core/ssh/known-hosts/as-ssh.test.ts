import { execFile, execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import ssh2 from 'ssh2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openKnownHosts } from '../../../../../src/core/ssh/known-hosts/index.ts'
import { hasPart } from '../../../../helpers/parts.ts'

const quiet = () => undefined
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet }
let folder: string
let file: string
const keys: Record<string, { text: string; blob: Buffer; privateKey: Buffer }> = {}

beforeAll(async () => {
  if (!hasPart('ssh')) return
  folder = await mkdtemp(join(tmpdir(), 'headway-as-ssh-'))
  file = join(folder, 'known_hosts')
  for (const [name, type] of Object.entries({ ed: 'ed25519', other: 'ed25519', ecdsa: 'ecdsa' })) {
    const path = join(folder, name)
    execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', '', '-f', path])
    const text = (await readFile(`${path}.pub`, 'utf8')).trim()
    const blob = Buffer.from(text.split(' ')[1] ?? '', 'base64')
    keys[name] = { text, blob, privateKey: await readFile(path) }
  }
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** The verdict of the real ssh about a server with this key, by its own words. */
async function verdictOfSsh(port: number): Promise<string> {
  const options = [
    `UserKnownHostsFile=${file}`,
    'GlobalKnownHostsFile=/dev/null',
    'StrictHostKeyChecking=yes',
    'BatchMode=yes',
  ]
  const args = ['-F', 'none', '-p', String(port), ...options.flatMap((option) => ['-o', option]), 'x@127.0.0.1', 'true']
  const said = await promisify(execFile)('ssh', args).then(
    () => '',
    (error: unknown) => (error as { stderr: string }).stderr,
  )
  if (said.includes('REVOKED HOST KEY DETECTED')) return 'revoked'
  if (said.includes('IDENTIFICATION HAS CHANGED')) return 'changed'
  if (said.includes('host key is known for')) return 'unknown'
  if (said.includes('Permission denied')) return 'known'
  throw new Error(said)
}

/** `%`: the server's port; names in braces stand for keys. */
const cases: [name: string, key: string, knownHosts: string[]][] = [
  ['nothing is known', 'ed', []],
  ['its key is known', 'ed', ['[127.0.0.1]:% {ed}']],
  ['another key is known', 'ed', ['[127.0.0.1]:% {other}']],
  ['a key of another type is known', 'ecdsa', ['[127.0.0.1]:% {ed}']],
  ['keys of two types are known', 'ecdsa', ['[127.0.0.1]:% {ed}', '[127.0.0.1]:% {ecdsa}']],
  ['its key is known without a port', 'ed', ['127.0.0.1 {ed}']],
  ['another key is known without a port', 'ed', ['127.0.0.1 {other}']],
  ['its key is known for a pattern', 'ed', ['[127.0.0.?]:* {ed}']],
  ['its key is known for a denied pattern', 'ed', ['*,![127.0.0.1]:% {ed}']],
  ['its key is revoked for all', 'ed', ['@revoked * {ed}', '[127.0.0.1]:% {ed}']],
  ['another key is revoked', 'ed', ['@revoked * {other}', '[127.0.0.1]:% {ed}']],
  ['a revoked key of an unknown host', 'ed', ['@revoked * {ed}']],
  ['another key is an authority', 'ed', ['@cert-authority * {other}', '[127.0.0.1]:% {ed}']],
  ['a line is damaged', 'ed', ['[127.0.0.1]:% ssh-ed25519 AAAA', '127.0.0.1']],
]

describe.skipIf(!hasPart('ssh'))('the verdict is that of ssh when', () => {
  it.each(cases)('%s', async (_name, key, knownHosts) => {
    const { privateKey, blob } = keys[key] ?? { privateKey: '', blob: Buffer.alloc(0) }
    const server = new ssh2.Server({ hostKeys: [privateKey] }, (client) => {
      client.on('error', quiet).on('authentication', (context) => context.reject())
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const content = knownHosts.map((line) =>
      line.replaceAll('%', String(port)).replace(/\{(\w+)\}/, (_, name: string) => keys[name]?.text ?? ''),
    )
    await writeFile(file, content.map((line) => `${line}\n`).join(''))
    const ours = await openKnownHosts({ files: [file], write: file, log }).check('127.0.0.1', port, blob)
    const theirs = await verdictOfSsh(port)
    server.close()
    expect(ours.verdict).toBe(theirs)
  })
})
