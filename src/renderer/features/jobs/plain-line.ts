const ESC = '\u001b'
/** Colours and other orders to a terminal: ECMA-48 control sequences, and those that set a title. */
const orders = new RegExp(`${ESC}(\\[[0-9;?]*[ -/]*[@-~]|\\][^\\u0007${ESC}]*(\\u0007|${ESC}\\\\)?|.)`, 'g')

/** A line of a log as plain text: without orders to a terminal, and of a line that was written over only what was last. */
export function plainLine(line: string): string {
  const text = line.replace(orders, '')
  const last = text.split('\r').findLast((part) => part.trim() !== '') ?? ''
  return last.replaceAll('\t', '    ').replace(/\p{Cc}/gu, '')
}
