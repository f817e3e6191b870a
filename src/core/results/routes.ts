import { jobPath } from '../jobs/index.ts'

export const filesPath = (id: string): string => `${jobPath(id)}/files`
export const filePath = (id: string, path: string): string =>
  `${filesPath(id)}/${path.split('/').map(encodeURIComponent).join('/')}`
