import { createInterface } from 'node:readline'
import { browserCommand } from './browser.ts'
import { hostEnvironment } from './config.ts'
import { startWebHost, type WebHost } from './host.ts'

/** The Node host as a program: prints its address and opens the browser where there is one. */
async function main(): Promise<void> {
  const host = await startWebHost({ onWait: (sentence) => console.log(sentence) })
  let closing = false
  const close = (code = 0): void => {
    if (closing) return
    closing = true
    const unsent = host.unsent()
    if (unsent !== undefined) console.log(unsent)
    // Whatever hangs must not keep the terminal.
    setTimeout(() => process.exit(1), 4_000).unref()
    host.close().then(
      () => process.exit(code),
      (error: unknown) => fail(error),
    )
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => close())
  // Started by `npm start`: when that is gone, however it ended, so is this.
  process.on('disconnect', () => close())
  await announce(host)
  console.error(await host.lost)
  close(1)
}

async function announce(host: WebHost): Promise<void> {
  const address = host.address()
  console.log(`Headway is ready: ${address}`)
  if (process.stdin.isTTY) {
    console.log('The address works once. Press Enter here for a new one, Ctrl-C to end Headway.')
    createInterface({ input: process.stdin }).on('line', () => console.log(`Headway is ready: ${host.address()}`))
  }
  if (browserCommand(hostEnvironment) === undefined) return
  await host.openBrowser(address).catch((error: unknown) => {
    console.log(`The browser could not be opened (${reasonOf(error)}). Open the address yourself.`)
  })
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

function fail(error: unknown): never {
  console.error(reasonOf(error))
  process.exit(1)
}

main().catch(fail)
