import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { Messages } from '../../../src/renderer/ui/text.ts'

const root = fileURLToPath(new URL('../../../src/renderer/', import.meta.url))
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('messages.ts'))

const isMessages = (value: unknown): value is Messages =>
  typeof value === 'object' && value !== null && 'namespace' in value && 'entries' in value

const placeholders = (text: string) =>
  [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1] ?? '').sort((a, b) => a.localeCompare(b))

/** Words that Korean users know as they are: names, keys, units, file kinds, terms of Slurm and SSH. */
const known =
  /\b(Headway|English|Shift_JIS|GB18030|Windows-1252|YAML|JSON|CSV|ParaView|Slurm|gmsh|CalculiX|VPN|CFD|FEM|MESH|CPU|GPU|ID|URL|QOS|IP|OK|Enter|Esc|Caps|Lock|Ctrl|Alt|segmentation fault|bus error|illegal instruction|interrupt|abort|Space|MB|MiB|GiB|GB|kB|ms|https?|com|cluster|example|UTF|EUC|KR|CP949|Latin|Files?|size|exceeds|maximum|Shift|WebGL|vtu|OpenFOAM|LS-DYNA|Abaqus|Fluent|Ansys|NaN|root|PNG|CFL|sta|cvg|stdout|glstat|d3hsp|mes0000|SSH|OpenSSH|TLS|HTTPS?|DNS|TCP|CA|PEM|PAC|FIDO|Kerberos|ProxyCommand|SHA256|MaxSessions|glibc|EL8|Debian|Linux|Windows|macOS|ELF|PE|Mach-O|ARM64|npm run build|known_hosts|ssh|config|user|head-node|gateway|port|proxy|none|Delete|Xvnc|TigerVNC)\b/gi

const withoutValues = (text: string) => text.replaceAll(/\{\{\w+\}\}|https?:\/\/\S+/g, '')

/** What is left of a Korean text without placeholders, quoted code and known words. */
const foreign = (text: string) =>
  withoutValues(text)
    .replaceAll(known, '')
    .match(/[A-Za-z]{2,}/g) ?? []

describe('messages', () => {
  it('are found', () => expect(files.length).toBeGreaterThan(6))

  it.each(files)('%s says everything in both languages', async (file) => {
    const exported = Object.values((await import(/* @vite-ignore */ `${root}${file}`)) as Record<string, unknown>)
    const all = exported.filter(isMessages)
    expect(all.length).toBeGreaterThan(0)
    for (const { entries } of all) {
      for (const [key, { en, ko }] of Object.entries(entries)) {
        expect(en.trim(), key).not.toBe('')
        expect(ko.trim(), key).not.toBe('')
        expect(placeholders(ko), key).toEqual(placeholders(en))
        expect(foreign(ko), `${key}: ${ko}`).toEqual([])
        // A text with letters of its own is translated, not copied.
        if (foreign(en).length > 0 && /\p{L}/u.test(withoutValues(ko))) expect(ko, key).toMatch(/[가-힣]/)
      }
      for (const key of Object.keys(entries)) {
        if (key.endsWith('_one')) expect(Object.keys(entries)).toContain(key.replace(/_one$/, '_other'))
      }
    }
  })

  it('share no namespace', () => {
    const names = files.map((file) => /defineMessages\('([^']+)'/.exec(readFileSync(`${root}${file}`, 'utf8'))?.[1])
    expect(new Set(names).size).toBe(names.length)
  })
})
