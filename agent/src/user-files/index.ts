import type { Config } from '../config.ts'
import type { Helpers } from '../helper/index.ts'
import { areasIn, createOwnFiles } from './self.ts'
import { createSiteFiles } from './site.ts'
import type { UserFiles } from './user-files.ts'

export type { FileEntry, FileReader, FileWriter, UserFiles } from './user-files.ts'
export { MAX_NAME_BYTES, numberedName, partialName, storedFolder, storedName } from './names.ts'
export { type Area, createOwnFiles } from './self.ts'

/** The way to users' files: by helpers in site mode; else the agent is the user, or owns all of them. */
export function createUserFiles(config: Pick<Config, 'uploads'>, helpers?: Helpers): UserFiles {
  const own = createOwnFiles(areasIn(config.uploads), config.uploads)
  return helpers === undefined ? own : createSiteFiles(helpers, own)
}
