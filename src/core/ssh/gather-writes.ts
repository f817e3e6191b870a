import type { Duplex } from 'node:stream'

/**
 * Lets what is written in one turn of the event loop go to the system at once. ssh2 writes each packet in three pieces (length,
 * content, tag), which would be three calls of the system and, with TCP_NODELAY, small segments.
 */
export function gatherWrites(stream: Duplex): void {
  const write = stream.write.bind(stream) as (...piece: unknown[]) => boolean
  let gathering = false
  const release = (): void => {
    gathering = false
    stream.uncork()
  }
  stream.write = (...piece: unknown[]) => {
    if (!gathering) {
      gathering = true
      stream.cork()
      process.nextTick(release)
    }
    return write(...piece)
  }
}
