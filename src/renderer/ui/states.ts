import {
  Ban,
  Check,
  CircleCheck,
  CircleDashed,
  CircleDot,
  CircleHelp,
  CirclePause,
  CircleSlash,
  CircleUserRound,
  CircleX,
  ClockAlert,
  Hourglass,
  Loader,
  LogOut,
  MemoryStick,
  MonitorCheck,
  Moon,
  Play,
  Power,
  RefreshCw,
  Send,
  Equal,
  ServerCrash,
  ShieldCheck,
  TrendingDown,
  TrendingUp,
  TriangleAlert,
  Unplug,
  Upload,
  Wifi,
  WifiLow,
  type LucideIcon,
} from 'lucide-react'
import type { ConvergenceState } from '../../../contract/convergence.ts'
import type { DesktopState } from '../../../contract/desktops.ts'
import type { JobState } from '../../../contract/jobs.ts'
import type { OutboxState } from '../../../contract/outbox.ts'
import type { ConnectionState } from '../../../contract/sites.ts'
import type { TaskState } from '../../../contract/task.ts'
import type { UploadState } from '../../../contract/uploads.ts'
import type { StepState } from '../../../contract/workflows.ts'

/** What a node can be, of Slurm's many words (see `nodeState` in features/nodes). */
export type NodeTone = 'up' | 'busy' | 'draining' | 'down'

export type AnyState =
  | JobState
  | StepState
  | UploadState
  | TaskState
  | ConnectionState
  | NodeTone
  | ConvergenceState
  | DesktopState
  | OutboxState

/** Which colour a state has; every tone is `--hw-<tone>` with the ground `--hw-<tone>-soft`. */
export type Tone = 'busy' | 'good' | 'wait' | 'bad' | 'idle'

/** One icon and one colour for each state, the same everywhere; its word is the message `state.<name>`. */
export const states: Readonly<Record<AnyState, { icon: LucideIcon; tone: Tone }>> = {
  pending: { icon: Hourglass, tone: 'wait' },
  running: { icon: Play, tone: 'busy' },
  completing: { icon: Loader, tone: 'busy' },
  completed: { icon: CircleCheck, tone: 'good' },
  failed: { icon: CircleX, tone: 'bad' },
  cancelled: { icon: Ban, tone: 'idle' },
  timeout: { icon: ClockAlert, tone: 'bad' },
  out_of_memory: { icon: MemoryStick, tone: 'bad' },
  node_fail: { icon: ServerCrash, tone: 'bad' },
  lost: { icon: CircleHelp, tone: 'bad' },
  queued: { icon: CircleDashed, tone: 'idle' },
  uploading: { icon: Upload, tone: 'busy' },
  paused: { icon: CirclePause, tone: 'idle' },
  waiting: { icon: Hourglass, tone: 'wait' },
  blocked: { icon: CircleSlash, tone: 'idle' },
  verifying: { icon: ShieldCheck, tone: 'busy' },
  uploaded: { icon: CircleCheck, tone: 'good' },
  held: { icon: CirclePause, tone: 'idle' },
  sending: { icon: Send, tone: 'busy' },
  done: { icon: Check, tone: 'good' },
  unknown: { icon: CircleDashed, tone: 'idle' },
  connecting: { icon: RefreshCw, tone: 'wait' },
  connected: { icon: Wifi, tone: 'good' },
  degraded: { icon: WifiLow, tone: 'wait' },
  reconnecting: { icon: RefreshCw, tone: 'wait' },
  'needs-you': { icon: CircleUserRound, tone: 'wait' },
  offline: { icon: Unplug, tone: 'bad' },
  'signed-out': { icon: LogOut, tone: 'idle' },
  up: { icon: CircleCheck, tone: 'good' },
  busy: { icon: CircleDot, tone: 'busy' },
  draining: { icon: CircleSlash, tone: 'wait' },
  down: { icon: CircleX, tone: 'bad' },
  starting: { icon: Loader, tone: 'busy' },
  ready: { icon: MonitorCheck, tone: 'good' },
  idle: { icon: Moon, tone: 'idle' },
  ended: { icon: Power, tone: 'idle' },
  converging: { icon: TrendingDown, tone: 'busy' },
  converged: { icon: CircleCheck, tone: 'good' },
  stalled: { icon: Equal, tone: 'wait' },
  diverging: { icon: TrendingUp, tone: 'bad' },
  nan: { icon: TriangleAlert, tone: 'bad' },
}
