import { describe, expect, it } from 'vitest'
import type { Upload } from '../../../contract/uploads.ts'
import { rateOf, sumLine, uploadedLine } from '../../../src/cli/uploads.ts'

const upload = (change: Partial<Upload>): Upload => ({
  id: 'u',
  site: 's',
  label: 'l',
  name: 'mesh.msh',
  folder: 'case',
  size: 4_000_000,
  class: 'mesh',
  state: 'uploaded',
  sent: 4_000_000,
  reused: 0,
  crossed: 4_000_000,
  bytesPerSecond: 0,
  digest: 'd',
  createdAt: '',
  updatedAt: '',
  ...change,
})

describe('a rate on the command line', () => {
  it.each([
    ['800', 800],
    ['500k', 500_000],
    ['1.5M', 1_500_000],
    ['2G', 2_000_000_000],
  ])('%s is %d bytes per second', (text, rate) => {
    expect(rateOf(text)).toBe(rate)
  })

  it.each(['', '0', 'fast', '-1', '10MB', '1e9', '200G'])('"%s" is none', (text) => {
    expect(() => rateOf(text)).toThrow(/no rate/)
  })
})

describe('what is printed of uploads', () => {
  it('names what was used from the cluster and what crossed the network', () => {
    expect(sumLine([upload({})])).toBe('1 file, 4.0 MB; 4.0 MB sent')
    expect(sumLine([upload({ crossed: 900_000 }), upload({ reused: 3_900_000, crossed: 100_000 })])).toBe(
      '2 files, 8.0 MB; 3.9 MB of it used from the cluster; 1.0 MB sent',
    )
  })

  it('has the warnings of a file beside it', () => {
    const [json, text] = uploadedLine(upload({ warnings: ['It holds a macro.'] }))
    expect(text).toBe('case/mesh.msh  4.0 MB  verified  It holds a macro.')
    expect(json).toMatchObject({ id: 'u', reused: 0, crossed: 4_000_000, warnings: ['It holds a macro.'] })
    expect(uploadedLine(upload({}))[0]).not.toHaveProperty('warnings')
  })
})
