export { downloadsFolder, userDataFolder } from './folders.ts'
export { createFileLog } from './log.ts'
export { lockFolder, waitForFolder } from './lock.ts'
export { localSiteOf } from './local-site.ts'
