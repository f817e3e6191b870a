import type { Static } from 'typebox'
import type { FeatureContract, MethodContract, StreamContract } from './feature.ts'
import { convergence } from './features/convergence.ts'
import { desktops } from './features/desktops.ts'
import { forwards } from './features/forwards.ts'
import { host } from './features/host.ts'
import { jobs } from './features/jobs.ts'
import { logs } from './features/logs.ts'
import { nodes } from './features/nodes.ts'
import { notifications } from './features/notifications.ts'
import { outbox } from './features/outbox.ts'
import { preflight } from './features/preflight.ts'
import { results } from './features/results.ts'
import { settings } from './features/settings.ts'
import { sites } from './features/sites.ts'
import { tasks } from './features/tasks.ts'
import { templates } from './features/templates.ts'
import { terminals } from './features/terminals.ts'
import { uploads } from './features/uploads.ts'
import { usage } from './features/usage.ts'
import { workflows } from './features/workflows.ts'

/**
 * THE map between a window (or terminal) and the core: feature → methods and streams.
 *
 * - A method marked `change` alters something: the client gives each call an id of its own, and the same id is done once,
 *   however often the call is sent (a lost connection sends it again).
 * - A stream begins with a snapshot and continues with numbered events; after a gap the client gets a new snapshot.
 * - What was told before is told again while its site is out of reach, with its age: see `dated`.
 * - Payloads are plain JSON. Bulk bytes never travel here.
 */
export const app = {
  host,
  settings,
  sites,
  forwards,
  terminals,
  templates,
  uploads,
  jobs,
  results,
  convergence,
  logs,
  preflight,
  usage,
  workflows,
  desktops,
  outbox,
  nodes,
  notifications,
  tasks,
} satisfies Record<string, FeatureContract>

export type App = typeof app
export type Feature = keyof App
export type Method<F extends Feature> = keyof App[F]['methods'] & string
export type Stream<F extends Feature> = keyof App[F]['streams'] & string

type MethodOf<F extends Feature, M extends Method<F>> = App[F]['methods'][M] extends infer C extends MethodContract
  ? C
  : never
type StreamOf<F extends Feature, S extends Stream<F>> = App[F]['streams'][S] extends infer C extends StreamContract
  ? C
  : never

export type Input<F extends Feature, M extends Method<F>> = Static<MethodOf<F, M>['input']>
export type Output<F extends Feature, M extends Method<F>> = Static<MethodOf<F, M>['output']>
export type Params<F extends Feature, S extends Stream<F>> = Static<StreamOf<F, S>['params']>
export type Snapshot<F extends Feature, S extends Stream<F>> = Static<StreamOf<F, S>['snapshot']>
export type StreamEvent<F extends Feature, S extends Stream<F>> = Static<StreamOf<F, S>['event']>
