/** `<id>-<view-only password>`, as the contract's ShareCode. */
const shape = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}-[A-Za-z0-9]{8}$/

/** A code as it was pasted, without the blanks and quotes that came along; undefined where it is none. */
export function readShareCode(text: string): string | undefined {
  const code = text.normalize('NFKC').replaceAll(/[\s"'“”‘’`]/g, '')
  return shape.test(code) ? code : undefined
}
