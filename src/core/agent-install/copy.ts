import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { installFailed, reasonOfText, shortened } from './failure.ts'
import type { PackageFile } from './package.ts'
import type { RemoteSh } from './remote-shell.ts'

/** Copying goes on at a multiple of this; `dd` counts in blocks. */
const blockBytes = 64 * 1024

const hashFunction = `
hash() {
  if command -v sha256sum >/dev/null 2>&1; then sha256sum; elif command -v shasum >/dev/null 2>&1; then shasum -a 256
  else openssl dgst -sha256 -r; fi | { read -r sum rest; printf %s "$sum"; }
}
`

/** `$1`: the part. Prints how many bytes of it are there, in whole blocks, and their SHA-256. */
const partScript = `${hashFunction}
[ -f "$1" ] || { echo 0; exit 0; }
size=$(wc -c < "$1"); blocks=$((size / ${blockBytes}))
echo "$((blocks * ${blockBytes}))"
[ "$blocks" -eq 0 ] || dd if="$1" bs=${blockBytes} count="$blocks" 2>/dev/null | hash
`
/**
 * `$1`: the part, `$2`: bytes to come, `$3`: blocks to leave as they are. Others may write the same file: the same bytes to the same
 * places, which hurts nobody.
 */
const writeScript = `
LC_ALL=C; export LC_ALL
head -c "$2" | dd of="$1" bs=${blockBytes} seek="$3" conv=notrunc 2>&1
`
/** Prints the SHA-256 of the first `$2` bytes where the part is no longer than that. */
const checkScript = `${hashFunction}
[ "$(($(wc -c < "$1")))" -eq "$2" ] && hash < "$1"
`

export interface Copying {
  shell: RemoteSh
  host: string
  base: string
  /** Bytes of this file that are there. */
  onProgress: (bytes: number) => void
}

/**
 * Copies a file to `<base>/incoming` and answers its path there. What an earlier try left is kept where it is the same so far, and the
 * whole is compared in the end. Rejects with INSTALL_FAILED `damaged`, `no-space`, `quota` or `read-only`.
 */
export async function copyFile(file: PackageFile, copying: Copying): Promise<string> {
  const { shell, host, base } = copying
  const part = `${base}/incoming/${file.sha256}.part`
  // A part that was damaged, or changed by another client that ended, is begun anew once.
  for (const attempt of [1, 2]) {
    const from = attempt === 1 ? await wholeBlocks(file, part, shell) : 0
    copying.onProgress(from)
    if (from < file.size) await write(file, part, from, copying)
    const { status, stdout } = await shell.run(checkScript, [part, String(file.size)], { timeoutMs: 300_000 })
    if (status === 0 && stdout === file.sha256) return part
    await shell.run('rm -f "$1"', [part])
  }
  throw installFailed(
    host,
    'damaged',
    `${file.path.slice(file.path.lastIndexOf('/') + 1)} arrived with another checksum`,
  )
}

/** How many bytes of the part need not be sent again. */
async function wholeBlocks(file: PackageFile, part: string, shell: RemoteSh): Promise<number> {
  const { stdout } = await shell.run(partScript, [part], { timeoutMs: 300_000 })
  const [count = '0', hash] = stdout.split('\n')
  const size = Number(count)
  if (!(size > 0 && size <= file.size)) return 0
  const own = createHash('sha256')
  for await (const chunk of createReadStream(file.path, { end: size - 1 })) own.update(chunk as Buffer)
  return own.digest('hex') === hash ? size : 0
}

async function write(
  file: PackageFile,
  part: string,
  from: number,
  { shell, host, onProgress }: Copying,
): Promise<void> {
  const size = file.size - from
  const source = createReadStream(file.path, { start: from })
  const args = [part, String(size), String(from / blockBytes)]
  const { status, stdout } = await shell.send(writeScript, source, size, args, (sent) => onProgress(from + sent))
  if (status === 0) return
  throw installFailed(host, reasonOfText(stdout, 'read-only'), shortened(stdout))
}
