/** Whether a relative path, as a template names a file of its job, would leave the job's folder. */
export const leavesFolder = (name: string): boolean => name.startsWith('/') || name.split('/').includes('..')
