import { startWebHost } from '../../web/host.ts'

/** `headway web`: serves the window on loopback until interrupted, and opens the browser where there is one. */
export async function web(signal: AbortSignal): Promise<void> {
  const host = await startWebHost()
  const address = host.address()
  process.stdout.write(`Headway is ready: ${address}\n`)
  await host
    .openBrowser(address)
    .catch(() => process.stderr.write('No browser could be opened here. Open the address yourself.\n'))
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  await host.close()
}
