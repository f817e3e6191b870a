import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { lostText, ownFolder, type Holder, type OwnFolder } from '../../core/host-kit/index.ts'
import { createCore } from '../../core/index.ts'
import { openLastKnown } from '../../core/kit/last-known.ts'
import type { Logger } from '../../core/platform.ts'
import { keepCatalogue } from '../../core/templates/index.ts'
import { nodePlatform } from '../../web/platform.ts'
import { exitCode } from '../exit-codes.ts'
import { CommandFailure } from '../failure.ts'
import { speakTo, terminalCapabilities, terminalFolder, type Session } from '../session.ts'
import type { RememberedCatalogue } from './catalogue.ts'

export interface OutboxSession extends Session {
  /** Rejects where another process took the outbox over while this one showed no sign of life. */
  lost: Promise<never>
}

export interface OutboxOptions {
  /** Lets go what can go. Without it nothing leaves this machine. */
  sends?: boolean
  /** What the user chose a template from: what has changed since is found when the entry goes out. */
  catalogue?: RememberedCatalogue
}

/** So long a process is waited for that only adds or lists. */
const patienceMs = 5000

/** A core whose journals are those of the terminal's outbox. They outlive the process, and are held by one at a time. */
export async function openOutbox({ sends = false, catalogue }: OutboxOptions = {}): Promise<OutboxSession> {
  const data = terminalFolder()
  const journals = join(data, 'outbox')
  const platform = await nodePlatform({ data, journals, capabilities: terminalCapabilities })
  const lost = Promise.withResolvers<never>()
  lost.promise.catch(() => undefined)
  const own = await take(journals, platform.log, (holder) =>
    lost.reject(new CommandFailure(lostText(holder, 'en'), exitCode.inUse)),
  )
  try {
    if (catalogue !== undefined) takeOver(catalogue, join(journals, 'last-known.db'), platform.log)
    const core = await createCore(platform, { connectAtStart: false, atRest: !sends })
    const rpc = speakTo(core)
    return {
      rpc,
      lost: lost.promise,
      async close() {
        rpc.close()
        await core.close()
        await own.release()
      },
    }
  } catch (error) {
    await own.release()
    throw error
  }
}

/** Runs a command with the outbox, which others get back whatever happens. */
export async function withOutbox<T>(run: (session: OutboxSession) => Promise<T>, options?: OutboxOptions): Promise<T> {
  const session = await openOutbox(options)
  try {
    return await Promise.race([run(session), session.lost])
  } finally {
    await session.close()
  }
}

async function take(folder: string, log: Logger, onLost: (holder: Holder) => void): Promise<OwnFolder> {
  for (const until = performance.now() + patienceMs; ; await pause(50)) {
    const taken = await ownFolder(folder, { log, onLost, onWait: sayWatching })
    if ('own' in taken) return taken.own
    if (taken.holder?.here === false || performance.now() > until)
      throw new CommandFailure(heldSentence(taken.holder), exitCode.inUse, 'IN_USE')
  }
}

const sayWatching = ({ host }: Holder): void =>
  void process.stderr.write(`The outbox was last in use on ${host}. Making sure that it is not any more.\n`)

/** Who has the outbox, and what to do. */
export function heldSentence(holder: Holder | undefined): string {
  const next =
    'It most likely runs `headway outbox send`: wait until that has ended, or stop it with Ctrl-C there; nothing is lost.'
  if (holder === undefined) return `Another headway process has the outbox. ${next}`
  const who = holder.here ? `headway process ${holder.pid}` : `headway process ${holder.pid} on ${holder.host}`
  return `The outbox is in use by ${who}. ${next}`
}

/** The catalogue that an ordinary command has listed, as the outbox's own core would know it. */
function takeOver({ site, user, at, catalogue }: RememberedCatalogue, path: string, log: Logger): void {
  const lastKnown = openLastKnown(path, log)
  try {
    keepCatalogue(lastKnown.of(site, user), catalogue, at)
  } finally {
    lastKnown.close()
  }
}
