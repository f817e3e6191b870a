import { startWebHost } from '../../web/host.ts'
import { CommandFailure } from '../failure.ts'

/** `headway web`: serves the window on loopback until interrupted, and opens the browser where there is one. */
export async function web(signal: AbortSignal): Promise<void> {
  const host = await startWebHost({ onWait: (sentence) => void process.stderr.write(`${sentence}\n`) })
  const address = host.address()
  process.stdout.write(`Headway is ready: ${address}\n`)
  await host
    .openBrowser(address)
    .catch(() => process.stderr.write('No browser could be opened here. Open the address yourself.\n'))
  const stopped = new Promise<undefined>((resolve) =>
    signal.addEventListener('abort', () => resolve(undefined), { once: true }),
  )
  const lost = await Promise.race([stopped, host.lost])
  const unsent = host.unsent()
  if (unsent !== undefined) process.stdout.write(`${unsent}\n`)
  await host.close()
  if (lost !== undefined) throw new CommandFailure(lost)
}
