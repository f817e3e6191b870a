import { spawn } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { childStream } from '../../../../../src/core/ssh/child-stream.ts'
import { untilSignedIn } from '../../../../../src/core/ssh/system-login.ts'
import { until } from '../../../../helpers/core.ts'

const start = (script: string) => spawn('/bin/sh', ['-c', script], { stdio: ['pipe', 'pipe', 'pipe'] })
async function read(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of stream) pieces.push(piece)
  return Buffer.concat(pieces)
}

describe.skipIf(process.platform === 'win32')('a program as a stream', () => {
  it('gives all that was printed, also where the program took no input and has ended', async () => {
    const child = start('exec 0<&-; head -c 3000000 /dev/zero; exit 7')
    const stream = childStream(child)
    stream.write('nobody reads this\n')
    await new Promise((resolve) => setTimeout(resolve, 300))
    stream.write('nor this\n')
    expect(await read(stream)).toHaveLength(3_000_000)
    expect(await stream.exited).toEqual({ code: 7 })
  })

  it('ends the input by its end, and keeps the output open', async () => {
    const stream = childStream(start('cat; echo over'))
    stream.end('one\n')
    expect((await read(stream)).toString()).toBe('one\nover\n')
    expect(await stream.exited).toEqual({ code: 0 })
  })

  it('is closed with the program, and ends it when destroyed', async () => {
    const gone = childStream(start('true'))
    gone.resume()
    await new Promise((resolve) => gone.once('close', resolve))
    const child = start('exec sleep 60')
    const stream = childStream(child)
    stream.destroy()
    expect(await stream.exited).toEqual({ code: undefined })
    await until('its end', () => child.signalCode !== null)
  })

  it('tells the failure of ssh itself as no code', async () => {
    expect(await childStream(start('exit 255')).exited).toEqual({ code: undefined })
    const none = spawn('/no/such/program', [], { stdio: ['pipe', 'pipe', 'pipe'] })
    expect(await childStream(none).exited).toEqual({ code: undefined })
  })

  it('goes on unheard where it is kept', async () => {
    const child = start('i=0; while [ $i -lt 100 ]; do head -c 100000 /dev/zero; i=$((i+1)); done; read line; exit 5')
    const stream = childStream(child, { kept: true })
    stream.destroy()
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(child.exitCode).toBeNull()
    // It printed all of that and waits for its input.
    child.stdin.write('go\n')
    expect(await stream.exited).toEqual({ code: 5 })
  })
})

describe.skipIf(process.platform === 'win32')('waiting for the shell of a sign-in', () => {
  const options = { label: 'head', askpass: undefined, signal: new AbortController().signal }

  it('loses no byte behind the answer, whatever was printed before', async () => {
    const child = start('head -c 100000 /dev/urandom; read -r line; eval "$line"; printf rest; cat')
    const stream = await untilSignedIn(child, options)
    stream.end(' and more')
    expect((await read(stream)).toString()).toBe('rest and more')
  })

  it('is not taken in by a shell that repeats what it reads', async () => {
    const child = start('read -r line; echo "$line"; echo "Permission denied (publickey)." >&2; exit 255')
    await expect(untilSignedIn(child, options)).rejects.toMatchObject({
      value: { code: 'SSH_FAILED', data: { host: 'head', reason: 'authentication' } },
    })
  })

  it('ends the program with the signal', async () => {
    const abort = new AbortController()
    const child = start('exec sleep 60')
    const waiting = untilSignedIn(child, { ...options, signal: abort.signal })
    abort.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    await until('its end', () => child.signalCode !== null)
  })
})
