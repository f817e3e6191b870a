import { Liquid, TagToken, type Template as LiquidTemplate, Tokenizer } from 'liquidjs'
import type { Resources } from '../../../contract/resources.ts'
import type { ParameterValues, TemplateSource } from '../../../contract/templates.ts'
import { ShellQuoting } from './shell-context.ts'

/** What a script's text may name, besides `parameters` and `files`. */
export interface ScriptContext {
  parameters: ParameterValues
  /** Names in the job's folder, by slot. */
  files: Record<string, string[]>
  job: { name: string; user: string }
  resources: Resources
  /** Absolute paths of what ships with the agent. */
  tools: Tools
}

export interface Tools {
  /** Our heat conduction solver, a Node program. */
  heat: string
  /** A Node for scripts: the agent's own, or the one on the PATH where the agent is a single executable. */
  node: string
}

const known = {
  job: ['name', 'user'],
  resources: ['partition', 'nodes', 'tasks', 'timeMinutes', 'memoryMb'],
  tools: ['heat', 'node'],
} as const

/** Those that print nothing themselves, read no file and cannot leave a quotation half open. */
const blockTags = ['if', 'unless', 'case', 'for', 'comment']
const allowedTags = new Set([...blockTags, 'assign', 'raw', '#'])
const standalone = new Set(['assign', 'raw', 'endraw', '#'])

/** One word of a POSIX shell, whatever the text holds. NUL cannot be in an argument at all. */
export function shellQuote(text: string): string {
  const word = text.replaceAll('\0', '')
  return /^[A-Za-z0-9_./:@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

/** How a value stands in a script: numbers as they are, lists as words, everything else as one quoted word. */
function asShellWords(value: unknown): string {
  if (Array.isArray(value)) return value.map(asShellWords).join(' ')
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (value === undefined || value === null) return "''"
  return shellQuote(typeof value === 'string' ? value : JSON.stringify(value))
}

const engine = new Liquid({
  // Applied to every output after its last filter.
  outputEscape: asShellWords,
  strictFilters: true,
  strictVariables: true,
  ownPropertyOnly: true,
  parseLimit: 200_000,
  renderLimit: 1000,
  memoryLimit: 10_000_000,
})
for (const tag of Object.keys(engine.tags)) if (!allowedTags.has(tag)) delete engine.tags[tag]
// The one filter that would switch the quoting off.
delete engine.filters['raw']

/** A template's script, and what it may name. */
export type ScriptSource = Pick<TemplateSource, 'parameters' | 'files'> & { script: string }

/** A fault in a script; `row` counts from 1 in the script's own text. */
export interface ScriptProblem {
  row: number
  reason: string
}

const rowOf = (text: string, at: number) => text.slice(0, at).split('\n').length

/** Everything that can be known to be wrong with a script before it is ever rendered; undefined where nothing is. */
export function checkScript(source: ScriptSource): ScriptProblem | undefined {
  let parsed: LiquidTemplate[]
  try {
    parsed = engine.parse(source.script)
  } catch (error) {
    const { message } = error as Error
    const row = Number(/, line:(\d+)/.exec(message)?.[1] ?? 1)
    return { row, reason: `The script is no valid Liquid text: ${message.replace(/, line:.*$/s, '')}.` }
  }
  return unknownName(source, parsed) ?? misplacedValue(source.script)
}

function unknownName(source: ScriptSource, parsed: LiquidTemplate[]): ScriptProblem | undefined {
  const names: Record<string, readonly string[]> = {
    ...known,
    parameters: source.parameters.map((parameter) => parameter.key),
    files: source.files.map((slot) => slot.key),
  }
  for (const variable of Object.values(engine.analyzeSync(parsed).globals).flat()) {
    const [root, key] = variable.segments
    const keys = typeof root === 'string' && Object.hasOwn(names, root) ? names[root] : undefined
    const fits = keys !== undefined && (key === undefined || (typeof key === 'string' && keys.includes(key)))
    if (!fits)
      return { row: variable.location.row, reason: `The script names "${variable.toString()}", which is not there.` }
  }
  return undefined
}

/** Values inside quotes and the like, and blocks of tags that leave the shell's quoting other than they found it. */
function misplacedValue(script: string): ScriptProblem | undefined {
  const shell = new ShellQuoting()
  const blocks: string[] = []
  for (const token of new Tokenizer(script).readTopLevelTokens()) {
    const row = rowOf(script, token.begin)
    if (token instanceof TagToken) {
      if (blockTags.includes(token.name)) blocks.push(shell.state)
      else if (!standalone.has(token.name) && blocks.at(-1) !== shell.state) {
        return { row, reason: 'Quotes, here-documents and comments must end in the block of tags they begin in.' }
      }
      if (token.name.startsWith('end')) blocks.pop()
    } else if ('getContent' in token) {
      shell.text(token.getContent())
    } else if (shell.context === 'word') {
      shell.value()
    } else {
      return {
        row,
        reason: `A value stands in ${shell.context}, but it brings quotes of its own. Put it into a shell variable first (name={{ … }}) and write "$name" there.`,
      }
    }
  }
  return undefined
}

/** The script a job runs. Every value in it is quoted; the template has passed `checkScript`. */
export function renderScript(
  { script, parameters }: Pick<ScriptSource, 'script' | 'parameters'>,
  context: ScriptContext,
): string {
  // What may be left out is there as nothing: an unknown name is a fault, a missing value is not.
  const none = Object.fromEntries(parameters.map(({ key }) => [key, null]))
  return engine.parseAndRenderSync(script, {
    ...context,
    parameters: { ...none, ...context.parameters },
    resources: { partition: null, memoryMb: null, ...context.resources },
  }) as string
}
