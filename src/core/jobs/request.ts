import type { SubmitRequest } from '../../../contract/agent/jobs.ts'
import type { JobFile, Submission } from '../../../contract/jobs.ts'

/** A submission in the agent's words. `key`: the same again is the same job. */
export function submitRequest(submission: Submission, files: readonly JobFile[], key?: string): SubmitRequest {
  const { name, resources, options, templateId, templateVersion, parameters, command } = submission
  const { partition, nodes, tasks, cpusPerTask, timeMinutes, memoryMb, gpus, gres, exclusive, licenses, constraint } =
    resources
  return {
    name,
    nodes,
    tasks,
    time: timeMinutes,
    ...(key === undefined ? {} : { idempotency_key: key }),
    ...(partition === undefined ? {} : { partition }),
    ...(memoryMb === undefined ? {} : { memory_mb: memoryMb }),
    ...(cpusPerTask === undefined ? {} : { cpus_per_task: cpusPerTask }),
    ...(gpus === undefined ? {} : { gpus }),
    ...(gres === undefined ? {} : { gres }),
    ...(exclusive === undefined ? {} : { exclusive }),
    ...(licenses === undefined ? {} : { licenses }),
    ...(constraint === undefined ? {} : { constraint }),
    ...(options === undefined ? {} : { options }),
    ...(command === undefined ? {} : { command }),
    ...(templateId === undefined ? {} : { template_id: templateId }),
    ...(templateVersion === undefined ? {} : { template_version: templateVersion }),
    ...(parameters === undefined ? {} : { parameters }),
    ...(files.length === 0 ? {} : { files: [...files] }),
  }
}
