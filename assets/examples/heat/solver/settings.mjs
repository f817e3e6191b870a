import { InputError } from './mesh.mjs'

/**
 * Reads the solver's settings: the small part of YAML they need, `key: number` and one level of `group: number` below
 * `temperature:` and `flux:`.
 * @param {string} text
 * @returns {{temperature: Map<string, number>, flux: Map<string, number>}}
 */
export function readSettings(text) {
  const settings = { temperature: new Map(), flux: new Map() }
  let section
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.replace(/(^|\s)#.*$/, '').trimEnd()
    if (line.trim() === '' || line === '---') continue
    const fault = (reason) => new InputError(`Settings, line ${index + 1}: ${reason}`)
    const match = /^(\s*)(?:"([^"]+)"|'([^']+)'|([^\s:'"][^:]*?))\s*:\s*(.*)$/.exec(line)
    if (match === null) throw fault('expected "name: number".')
    const [, indent, quoted, single, bare, value] = match
    const name = quoted ?? single ?? bare
    if (indent === '') {
      if (!Object.hasOwn(settings, name)) throw fault(`"${name}" is unknown; there are temperature and flux.`)
      if (value !== '') throw fault(`put the boundary groups below "${name}:", one on each line.`)
      section = settings[name]
    } else {
      if (section === undefined) throw fault('a group stands below neither temperature nor flux.')
      const number = Number(value)
      if (value === '' || !Number.isFinite(number)) throw fault(`"${value}" is no number.`)
      section.set(name, number)
    }
  }
  return settings
}
