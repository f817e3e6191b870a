import type { ConnectAnswer, CreateDesktop, DesktopEndpoint } from '../../../contract/agent/desktops.ts'
import type { SubmitRequest } from '../../../contract/agent/jobs.ts'
import type { Desktop } from '../../../contract/desktops.ts'
import { jobHasEnded } from '../../../contract/jobs.ts'
import type { Jobs } from '../jobs/index.ts'
import type { Agent } from '../kit/agent.ts'
import { Failure } from '../kit/failure.ts'
import { type Identity, isAdmin } from '../kit/identity.ts'
import type { Templates } from '../templates/index.ts'
import type { SessionFiles } from './files.ts'
import { type Follower, KEPT_MS } from './follow.ts'
import { type DesktopJob, isDesktop } from './live.ts'
import { codeOf, codeParts, isShare, shareDigest } from './share.ts'
import type { Store } from './store.ts'
import { newPassword } from './vnc-password.ts'

export interface DesktopService {
  /** `created` is false where the key had made this one before. */
  create(who: Identity, request: CreateDesktop): Promise<{ desktop: Desktop; created: boolean }>
  /** The user's own, or an admin's all. */
  list(who: Identity): Promise<Desktop[]>
  get(who: Identity, id: string): Promise<Desktop>
  stop(who: Identity, id: string): Promise<Desktop>
  extend(who: Identity, id: string, minutes: number): Promise<Desktop>
  seen(who: Identity, id: string, idleSeconds: number): Promise<Desktop>
  share(who: Identity, id: string): Promise<{ desktop: Desktop; code: string }>
  unshare(who: Identity, id: string): Promise<Desktop>
  connect(who: Identity, id: string): Promise<ConnectAnswer>
  connectShared(code: string): Promise<ConnectAnswer>
  /** Where a viewer's bytes go to: for its owner, or with a colleague's password. Failure as of the routes. */
  target(
    who: Identity,
    id: string,
    password: string | undefined,
  ): Promise<{ job: DesktopJob; endpoint: DesktopEndpoint }>
  /** Told the number of a desktop whose colleagues may not watch any more. */
  onUnshared(listener: (number: number) => void): void
}

const noSuch = (id: string) => new Failure('NOT_FOUND', `There is no desktop ${id}.`)
/** The same for an id that is none, a desktop that is not shared, and a wrong password. */
const noShare = () => new Failure('NOT_FOUND', 'No desktop is shared with this code. Ask for a new one.')

/** Why a desktop cannot be looked at now. */
const notReady: Partial<Record<Desktop['state'], string>> = {
  queued: 'it waits in the queue',
  starting: 'it is still starting',
  ended: 'it has ended',
}

/** Desktops are everybody's own: an admin may list and stop them, and look at none. */
export function createDesktopService(
  agent: Agent,
  parts: { jobs: Jobs; templates: Templates; store: Store; files: SessionFiles; follower: Follower },
): DesktopService {
  const { jobs, templates, store, files, follower } = parts
  const unshared: ((number: number) => void)[] = []

  async function any(id: string): Promise<DesktopJob | undefined> {
    const job = await jobs.named(id)
    return job !== undefined && isDesktop(job) ? job : undefined
  }

  async function find(who: Identity, id: string): Promise<DesktopJob> {
    const job = await any(id)
    if (job === undefined) throw noSuch(id)
    if (job.user !== who.username && !isAdmin(who)) throw new Failure('FORBIDDEN', `Desktop ${id} is not yours.`)
    return job
  }

  async function findOwn(who: Identity, id: string): Promise<DesktopJob> {
    const job = await find(who, id)
    if (job.user === who.username) return job
    throw new Failure('FORBIDDEN', `Desktop ${id} is not yours: an admin may stop it, but not look at it.`)
  }

  /** Where its X server listens. Failure WRONG_STATE. */
  async function reachable(job: DesktopJob): Promise<{ desktop: Desktop; endpoint: DesktopEndpoint }> {
    const desktop = await follower.view(job)
    const why = notReady[desktop.state]
    const endpoint = follower.live(job.number)?.endpoint
    if (why !== undefined || endpoint === undefined) {
      throw new Failure('WRONG_STATE', `Desktop ${job.id} cannot be shown: ${why ?? 'it is still starting'}.`, {
        details: { state: desktop.state },
      })
    }
    return { desktop, endpoint }
  }

  /** Failure NOT_FOUND. */
  async function shared(id: string, password: string): Promise<DesktopJob> {
    const job = await any(id)
    const kept = job === undefined ? undefined : (await store.of(job.number)).share
    const given = shareDigest(agent.config.jwt.secret, job?.number ?? 0, password)
    const isRight = isShare(kept?.digest, given)
    if (job === undefined || !isRight || jobHasEnded(job.state)) throw noShare()
    return job
  }

  /** Gives the X server its second password, or takes it away; whoever watches by the one before is cut. */
  function setShare(job: DesktopJob, password: string | undefined): Promise<void> {
    const since = agent.now().toISOString()
    return follower.inTurn(job.number, async () => {
      const isShared = (await store.of(job.number)).share !== undefined
      // Forgotten before it is taken away: should the agent die between, the code is worth nothing.
      if (isShared) await store.setShare(job.number, undefined)
      if (isShared) for (const listener of unshared) listener(job.number)
      if (isShared || password !== undefined) await files.setViewPassword(job, password)
      if (password !== undefined) {
        const digest = shareDigest(agent.config.jwt.secret, job.number, password)
        await store.setShare(job.number, { digest, since })
      }
    })
  }

  async function fresh(job: DesktopJob): Promise<Desktop> {
    const now = await any(job.id)
    return follower.view(now ?? job)
  }

  return {
    async create(who, request) {
      const template = await templates.find(who, request.template_id)
      if (template.desktop === undefined) {
        const reason = `The template "${template.id}" is none of a desktop: submit it as a job.`
        throw new Failure('VALIDATION_FAILED', reason, { details: { path: '/template_id', reason: 'is no desktop' } })
      }
      const { geometry, dpi } = request
      const screen = { ...(geometry === undefined ? {} : { geometry }), ...(dpi === undefined ? {} : { dpi }) }
      const { job, created } = await jobs.submitOnce(who, submissionOf(request), { desktop: screen })
      if (!isDesktop(job)) throw new Failure('CONFLICT', 'This key belongs to a job that is no desktop.')
      return { desktop: await fresh(job), created }
    },

    async list(who) {
      const since = new Date(agent.now().getTime() - KEPT_MS)
      const found = (await jobs.desktops(since, isAdmin(who) ? undefined : who.username)).filter(isDesktop)
      const kept = await store.ofAll(found.map(({ number }) => number))
      return Promise.all(found.map((job) => follower.view(job, kept.get(job.number))))
    },

    get: async (who, id) => follower.view(await find(who, id)),

    async stop(who, id) {
      const job = await find(who, id)
      await jobs.change(who, id, { action: 'cancel' })
      return fresh(job)
    },

    async extend(who, id, minutes) {
      const job = await find(who, id)
      await jobs.change(who, id, { action: 'time-limit', minutes })
      return fresh(job)
    },

    async seen(who, id, idleSeconds) {
      const job = await findOwn(who, id)
      await follower.told(job, idleSeconds * 1000)
      return follower.view(job)
    },

    async share(who, id) {
      const job = await findOwn(who, id)
      await reachable(job)
      const password = newPassword()
      await setShare(job, password)
      await follower.changed(job)
      return { desktop: await fresh(job), code: codeOf(id, password) }
    },

    async unshare(who, id) {
      const job = await find(who, id)
      if (jobHasEnded(job.state)) throw new Failure('WRONG_STATE', `Desktop ${id} has already ended.`)
      await setShare(job, undefined)
      await follower.changed(job)
      return fresh(job)
    },

    async connect(who, id) {
      const job = await findOwn(who, id)
      const { desktop, endpoint } = await reachable(job)
      return { desktop, password: await files.password(job), viewOnly: false, endpoint }
    },

    async connectShared(code) {
      const { id, password } = codeParts(code)
      const { desktop, endpoint } = await reachable(await shared(id, password))
      return { desktop, password, viewOnly: true, endpoint }
    },

    async target(who, id, password) {
      const job = password === undefined ? await findOwn(who, id) : await shared(id, password)
      return { job, endpoint: (await reachable(job)).endpoint }
    },

    onUnshared: (listener) => void unshared.push(listener),
  }
}

function submissionOf(request: CreateDesktop): SubmitRequest {
  const { template_id, name, account, qos, idempotency_key } = request
  const { timeMinutes, memoryMb, cpusPerTask, ...resources } = request.resources ?? {}
  return {
    template_id,
    name,
    ...resources,
    ...(timeMinutes === undefined ? {} : { time: timeMinutes }),
    ...(memoryMb === undefined ? {} : { memory_mb: memoryMb }),
    ...(cpusPerTask === undefined ? {} : { cpus_per_task: cpusPerTask }),
    ...(idempotency_key === undefined ? {} : { idempotency_key }),
    options: { ...(account === undefined ? {} : { account }), ...(qos === undefined ? {} : { qos }) },
  }
}
