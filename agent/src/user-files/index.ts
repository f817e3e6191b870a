export type { FileEntry, FileReader, UserFiles } from './user-files.ts'
export { MAX_NAME_BYTES, partialName, storedFolder, storedName } from './names.ts'
export { createUserFiles } from './self.ts'
