import { isAppUrl } from './app-url.ts'

/** Who sent a message to the main process, as far as it matters. */
export interface Sender {
  /** Address of the frame; undefined when it has gone meanwhile. */
  url: string | undefined
  isMainFrame: boolean
  /** Its contents are those of a window that we made. */
  isOwnWindow: boolean
}

/** A port to the core is handed to our own page in the main frame of our own window, and to nobody else. */
export const mayHavePort = ({ url, isMainFrame, isOwnWindow }: Sender): boolean =>
  isOwnWindow && isMainFrame && url !== undefined && isAppUrl(url)
