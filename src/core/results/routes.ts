import { jobPath } from '../jobs/index.ts'

export const filesPath = (id: string): string => `${jobPath(id)}/files`
export const filePath = (id: string, path: string): string =>
  `${filesPath(id)}/${path.split('/').map(encodeURIComponent).join('/')}`
export const folderPath = (id: string): string => `${jobPath(id)}/folder`
export const meshPath = (id: string): string => `${jobPath(id)}/mesh`
export const spacePath = '/api/v2/files/space'
