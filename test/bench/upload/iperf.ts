import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Ends } from './ends.ts'
import { output, start } from './run.ts'

const STREAMS = 16

/** What a link can carry by many TCP streams at once. */
export async function startIperf({
  near,
  far,
  host,
}: Ends): Promise<{ measure(seconds: number): Promise<number> } & AsyncDisposable> {
  const server = start([...far, 'iperf3', '-s', '-B', host, '--forceflush'])
  const ended = once(server, 'close')
  await new Promise<void>((resolve) => {
    createInterface({ input: server.stdout }).on('line', (line) => {
      if (line.includes('listening')) resolve()
    })
  })
  return {
    /** Mbit/s that arrived. */
    async measure(seconds) {
      const client = ['iperf3', '-c', host, '-P', String(STREAMS), '-t', String(seconds), '-J']
      const told = JSON.parse(await output([...near, ...client])) as {
        end: { sum_received: { bits_per_second: number } }
      }
      return told.end.sum_received.bits_per_second / 1e6
    },
    async [Symbol.asyncDispose]() {
      // Of any other signal it has something to say.
      server.kill('SIGKILL')
      await ended
    },
  }
}
