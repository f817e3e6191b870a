import type { Duplex } from 'node:stream'
import { readBytes } from './bytes.ts'

/** RFC 6143, section 7.1.1: all servers since 2007 speak 3.8, and later ones are to begin with it. */
export const VERSION_3_8 = Buffer.from('RFB 003.008\n', 'latin1')
const versionLength = 12

/** What answers is no RFB server, or none that is understood. */
export class NotRfb extends Error {}

/** The version that a server or viewer begins with, as it came. Rejects with NotRfb, else as `readBytes` does. */
export async function readVersion(stream: Duplex, signal: AbortSignal): Promise<Buffer> {
  const version = await readBytes(stream, versionLength, signal)
  if (/^RFB \d{3}\.\d{3}\n$/.test(version.toString('latin1'))) return version
  throw new NotRfb('what answers there speaks no RFB')
}

/** 3.8 is written so by every server; Apple's own number stands for an RFB of theirs. */
export function isVersion38(version: Buffer): boolean {
  return version.equals(VERSION_3_8)
}

/** Waits for an RFB server to greet, and leaves its greeting where it was. Rejects as `readVersion` does. */
export async function untilGreeted(stream: Duplex, signal: AbortSignal): Promise<void> {
  stream.unshift(await readVersion(stream, signal))
}
