export type { FileEntry, FileReader, FileWriter, FolderPage, Quota, UserFiles } from './user-files.ts'
export { MAX_NAME_BYTES, partialName, storedFolder, storedName } from './names.ts'
export { createSelfFiles as createUserFiles } from './self.ts'
