import type { Desktop } from '../../../contract/desktops.ts'
import type { Metrics } from '../kit/agent.ts'
import type { Live } from './live.ts'
import { gpuOf } from './state.ts'

/** What dashboards show of the desktops that run now. */
export function measure(metrics: Metrics, lives: ReadonlyMap<number, Live>): void {
  const running = () => [...lives.values()].filter(({ job }) => job.state === 'running')
  const byDesktop = (value: (gpu: NonNullable<Desktop['gpu']>) => number) => () =>
    Object.fromEntries(
      running().flatMap(({ job, stats }) => {
        const gpu = gpuOf(stats)
        return gpu === undefined ? [] : [[job.id, value(gpu)]]
      }),
    )
  const percent = byDesktop((gpu) => gpu.percent)
  const memory = byDesktop((gpu) => gpu.memoryBytes)
  metrics.gauge('vnc_sessions_total', 'Desktops that run now', () => running().length)
  metrics.gaugeBy('vnc_session_gpu_percent', 'How busy the GPUs of a desktop are, mean', 'desktop', percent)
  metrics.gaugeBy('vnc_session_gpu_memory_bytes', 'GPU memory of a desktop, sum', 'desktop', memory)
}
