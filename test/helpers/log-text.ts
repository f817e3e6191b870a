/** The text of a followed log: its last snapshot and what came since, where nothing was missed. */
export function logText({
  snapshots,
  events,
}: {
  snapshots: { bytes: string }[]
  events: { bytes: string }[]
}): string {
  const pieces = [...snapshots.slice(0, 1), ...events].map(({ bytes }) => Buffer.from(bytes, 'base64'))
  return Buffer.concat(pieces).toString()
}
