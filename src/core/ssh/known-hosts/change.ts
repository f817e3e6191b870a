import { readBytes, writeBytes } from './files.ts'
import { fingerprint } from './key.ts'
import { readLine } from './lines.ts'
import { hashedName, namesMatch, withoutName } from './names.ts'

/** `host` as errors name it, `name` as the file does (`hostName`), both for one key. */
interface Change {
  host: string
  name: string
  key: Buffer
}

/**
 * Takes exactly this name out of every line of the file, all types of keys; lines with the key itself stay, as do markers and
 * whatever else stands there, byte for byte. What was is kept beside it as `.old`, as ssh-keygen -R does.
 */
export async function removeName(file: string, { host, name, key }: Change): Promise<void> {
  const text = await readBytes(file, host)
  const kept = text.split('\n').flatMap((raw) => {
    const line = readLine(raw)
    if (line === undefined || line.marker !== 'none' || line.key.equals(key)) return [raw]
    if (!namesMatch(line.names, name)) return [raw]
    const names = withoutName(line.names, name)
    if (names === undefined) return []
    return [raw.slice(0, line.namesAt) + names + raw.slice(line.namesAt + line.names.length)]
  })
  const next = kept.join('\n')
  if (next === text) return
  await writeBytes(`${file}.old`, text, host)
  await writeBytes(file, next, host)
}

/** Adds a line for the key unless there is one. */
export async function appendKey(file: string, { host, name, key, hash }: Change & { hash: boolean }): Promise<void> {
  const text = await readBytes(file, host)
  const there = text.split('\n').some((raw) => {
    const line = readLine(raw)
    return line?.marker === 'none' && line.key.equals(key) && namesMatch(line.names, name)
  })
  if (there) return
  const lineEnd = text === '' || text.endsWith('\n') ? '' : '\n'
  const { type } = fingerprint(key)
  const line = `${hash ? hashedName(name) : name} ${type} ${key.toString('base64')}\n`
  await writeBytes(file, text + lineEnd + line, host)
}
