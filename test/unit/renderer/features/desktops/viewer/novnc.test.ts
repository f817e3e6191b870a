import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const at = (path: string) => readFileSync(fileURLToPath(new URL(`../../../../../../${path}`, import.meta.url)), 'utf8')
const rfb = at('node_modules/@novnc/novnc/core/rfb.js')
const parts = ['websock.js', 'input/keyboard.js'].map((file) => at(`node_modules/@novnc/novnc/core/${file}`)).join('\n')
const used = [...at('src/renderer/features/desktops/viewer/session.ts').matchAll(/\['(_\w+)'\]/g)].map(
  ([, name]) => name ?? '',
)

describe('noVNC', () => {
  it('still has the parts of its inside that the viewer uses', () => {
    expect(used.length).toBeGreaterThan(10)
    for (const name of new Set(used))
      expect(rfb.includes(`this.${name}`) || parts.includes(`${name}(`), name).toBe(true)
    for (const name of ['rQlen', 'rQskipBytes', 'rQpeekBytes', 'rQshiftStr']) expect(parts).toContain(`${name}(`)
    for (const name of ['clientFence', 'setDesktopSize', 'enableContinuousUpdates'])
      expect(rfb).toContain(`\n    ${name}(sock`)
  })

  it('still takes an answer to a fence for a fault, which the viewer answers itself', () => {
    expect(rfb).toContain('Unexpected fence response')
  })
})
