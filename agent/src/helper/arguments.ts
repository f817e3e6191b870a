import { Failure } from '../kit/failure.ts'

type Header = Record<string, unknown>

const wrong = (name: string) => new Failure('BAD_REQUEST', `The helper was asked with a wrong "${name}".`)

/** Reads what an operation was given. Each throws BAD_REQUEST where it is not what it must be. */
export function text(header: Header, name: string, longest = 65_536): string {
  const value = header[name]
  if (typeof value !== 'string' || value.length > longest) throw wrong(name)
  return value
}

export function whole(header: Header, name: string, most = Number.MAX_SAFE_INTEGER): number {
  const value = header[name]
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0 || value > most) throw wrong(name)
  return value
}

export function flag(header: Header, name: string): boolean {
  const value = header[name]
  if (typeof value !== 'boolean') throw wrong(name)
  return value
}

/** As they are: whoever uses one as a path refuses what is none. */
export function strings(header: Header, name: string): string[] {
  const value = header[name]
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) throw wrong(name)
  return value
}

export function texts(header: Header, name: string): string[] {
  const value = strings(header, name)
  if (value.some((item) => item.includes('\0'))) throw wrong(name)
  return value
}

export function wholes(header: Header, name: string): number[] {
  const value = header[name]
  if (!Array.isArray(value) || !value.every((item) => Number.isSafeInteger(item) && item >= 0)) throw wrong(name)
  return value as number[]
}

export const optional = <T>(header: Header, name: string, read: (header: Header, name: string) => T): T | undefined =>
  header[name] === undefined ? undefined : read(header, name)
