import type { ExecuteRequest } from '../../../contract/agent/workflows.ts'
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

/** The same of a workflow: its steps bring their own resources, where and on whose account they run is the user's to say. */
export function executeRequest(submission: Submission, files: readonly JobFile[], key: string): ExecuteRequest {
  const { name, resources, options = {}, templateId = '', templateVersion, parameters } = submission
  const { account, qos, reservation } = options
  return {
    name,
    template_id: templateId,
    idempotency_key: key,
    ...(templateVersion === undefined ? {} : { template_version: templateVersion }),
    ...(parameters === undefined ? {} : { parameters }),
    ...(files.length === 0 ? {} : { files: [...files] }),
    ...(resources.partition === undefined ? {} : { partition: resources.partition }),
    ...(account === undefined ? {} : { account }),
    ...(qos === undefined ? {} : { qos }),
    ...(reservation === undefined ? {} : { reservation }),
  }
}
