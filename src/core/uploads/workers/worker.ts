import { parentPort } from 'node:worker_threads'
import { jobs, memoryOf, type Job, type JobOutput, type JobKind, type Outcome } from './jobs.ts'

/** A thread that reads, hashes and compresses, one job at a time. */
function perform({ kind, input }: Job): JobOutput<JobKind> {
  const work = jobs[kind] as (input: Job['input']) => JobOutput<JobKind>
  return work(input)
}

parentPort?.on('message', (job: Job) => {
  let outcome: Outcome
  let memory: ArrayBuffer[] = []
  try {
    const output = perform(job)
    outcome = { output }
    memory = memoryOf(output)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
    outcome = { error: { code, message: error instanceof Error ? error.message : String(error) } }
  }
  parentPort?.postMessage(outcome, memory)
})
