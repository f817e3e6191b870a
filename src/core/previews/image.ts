const starts = (bytes: Uint8Array, signature: readonly number[], from = 0) =>
  signature.every((byte, i) => bytes[from + i] === byte)
const ascii = (text: string) => Array.from(text, (c) => c.charCodeAt(0))

/**
 * The media type of a picture by its first bytes, never by its name: what is shown as a picture is one. SVG is text and
 * only ever handed to an `<img>`, where it can run nothing. Undefined for anything else.
 */
export function imageType(bytes: Uint8Array): string | undefined {
  if (starts(bytes, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return 'image/png'
  if (starts(bytes, [0xff, 0xd8, 0xff])) return 'image/jpeg'
  if (starts(bytes, ascii('GIF87a')) || starts(bytes, ascii('GIF89a'))) return 'image/gif'
  if (starts(bytes, ascii('RIFF')) && starts(bytes, ascii('WEBP'), 8)) return 'image/webp'
  if (starts(bytes, ascii('BM'))) return 'image/bmp'
  const head = new TextDecoder().decode(bytes.subarray(0, 1024))
  return /^\uFEFF?\s*(<\?xml[^>]*>\s*)?(<!--[\s\S]*?-->\s*)*(<!DOCTYPE svg[^>]*>\s*)?<svg[\s>]/i.test(head)
    ? 'image/svg+xml'
    : undefined
}
