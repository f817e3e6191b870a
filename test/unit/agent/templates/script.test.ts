import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { array, assert, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Parameter } from '../../../../contract/templates.ts'
import { checkScript, renderScript, type ScriptContext, shellQuote } from '../../../../agent/src/templates/script.ts'

const text = (key: string): Parameter => ({ key, label: { en: key }, type: 'string' })
const slot = { key: 'mesh', label: { en: 'Mesh' }, class: 'mesh' as const, accept: [], min: 0, max: 9 }
const context: ScriptContext = {
  parameters: {},
  files: { mesh: [] },
  job: { name: 'job', user: 'kim' },
  resources: { nodes: 1, tasks: 2, timeMinutes: 5 },
  tools: { heat: '/heat.mjs', node: '/node' },
}
const source = (script: string) => ({ script, parameters: [text('a'), text('b')], files: [slot] })

/** What bash makes of a rendered script: the arguments it hands to a command, in a folder of its own. */
function bash(script: string): { output: string; files: string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'headway-script-'))
  writeFileSync(join(folder, 'script'), script, { mode: 0o700 })
  const output = execFileSync('/bin/bash', ['./script'], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return { output, files: readdirSync(folder) }
}

const hostile = [
  '$(touch pwned)',
  '`touch pwned`',
  "'; touch pwned; '",
  '"; touch pwned; "',
  'a\'b"c\\d',
  'first\nsecond\n\ttouch pwned\n',
  '해석 모델 (최종)',
  '  spaces  everywhere  ',
  '-rf',
  '--',
  '*',
  '~',
  '!!',
  '$HOME ${PATH} $((1+1))',
  '{a,b}',
  '# no comment',
  '\\',
  "\\'",
  "$'\\x41'",
  '<(touch pwned)',
  '> pwned',
  '| touch pwned',
  '& touch pwned &',
  'a=b',
  '{{ b }}{% raw %}',
  '\u202e\u0007\u001b[31m',
  '',
]

describe('hostile values arrive as they are, and nothing of them runs', () => {
  test.each(hostile)('%j', (value) => {
    const script = renderScript(
      source(
        `printf '<%s>' {{ parameters.a }} x={{ parameters.b }}; a={{ parameters.a }}; printf '<%s>' "$a" "$(printf %s {{ parameters.a }}; printf .)"`,
      ),
      {
        ...context,
        parameters: { a: value, b: value },
      },
    )
    const { output, files } = bash(script)
    expect(output).toBe(`<${value}><x=${value}><${value}><${value}.>`)
    expect(files).toEqual(['script'])
  })

  test('file names, also those that look like options', () => {
    const names = ['-rf', "it's.msh", '격자 $(x).msh', 'b/c d.msh']
    const script = renderScript(source(`printf '<%s>' {{ files.mesh }} {{ files.mesh | size }} {{ files.mesh[1] }}`), {
      ...context,
      files: { mesh: names },
    })
    expect(bash(script).output).toBe(`${names.map((name) => `<${name}>`).join('')}<4><it's.msh>`)
  })

  test('any text at all', () => {
    const anything = string({ unit: 'binary', maxLength: 40 }).map((value) => value.replaceAll('\0', '').toWellFormed())
    assert(
      property(array(anything, { minLength: 1, maxLength: 20 }), (values) => {
        const script = `printf '%s\\0' ${values.map(shellQuote).join(' ')}`
        expect(bash(script).output).toBe(values.map((value) => `${value}\0`).join(''))
      }),
      { numRuns: 30 },
    )
  })
})

test('numbers and truth are written bare, what is left out is an empty word', () => {
  const script = 'echo {{ parameters.a }} {{ parameters.b }} {{ resources.tasks }} [{{ resources.memoryMb }}]'
  expect(renderScript(source(script), { ...context, parameters: { a: -1.5e-7 } })).toBe(`echo -1.5e-7 '' 2 ['']`)
  expect(renderScript(source(script), { ...context, parameters: { a: true, b: 12 } })).toBe(`echo true 12 2 ['']`)
})

describe('where a value may stand', () => {
  const v = '{{ parameters.a }}'
  const fine = [
    `run ${v} "$x" '$y'`,
    `x=${v}\necho "$x" # it's fine`,
    `x="$(run ${v})"`,
    `echo "a $(run "b" ${v}) c"`,
    `cat <<EOF\nit's "$x"\nEOF\nrun ${v}`,
    `cat <<-'END' | sort\n\tit's\n\tEND\nrun ${v}`,
    `case $x in a) run ${v} ;; esac`,
    `for f in {{ files.mesh }}; do echo "$f"; done`,
    `{% for f in files.mesh %}mesh {{ f }}\n{% endfor %}`,
    `cat <<EOF\n{% if parameters.a %}\nline\n{% endif %}\nEOF\nrun ${v}`,
    `x=\${y:-${v}}`,
    `echo $((1 << 2)) ${v}`,
    `echo a#b ${v}`,
    `awk '{ print $1 }' ${v}`,
    `cat <<< ${v}`,
    `{% raw %}echo {{ x }}{% endraw %}`,
    `[ "$#" -gt 1 ] && run ${v}`,
  ]
  test.each(fine)('fine: %s', (script) => expect(checkScript(source(script))).toBeUndefined())

  const refused: [string, RegExp][] = [
    [`echo "${v}"`, /double quotes/],
    [`echo '${v}'`, /single quotes/],
    [`echo $'it\\'s ${v}'`, /single quotes/],
    [`# ${v}`, /a comment/],
    [`cat <<EOF\n${v}\nEOF`, /here-document/],
    [`cat <<'EOF'\n${v}\nEOF`, /here-document/],
    [`x=\`run ${v}\``, /backticks/],
    [`x=$(( ${v} + 1 ))`, /arithmetic/],
    [`(( ${v} > 1 ))`, /arithmetic/],
    [`x="\${y:-${v}}"`, /double quotes/],
    [`"{% if parameters.a %}"{% endif %}${v}`, /must end in the block/],
    [`{% if parameters.a %}"{% endif %}${v}"`, /must end in the block/],
    [`{% comment %}"{% endcomment %}${v}`, /must end in the block/],
    [`# don't\n{%- if parameters.a %}{% endif %} ${v}`, /a comment/],
    [`cat <<A <<B\nA\n${v}\nB`, /here-document/],
    ['{% echo parameters.a %}', /tag "echo" not found/],
    ['{% cycle parameters.a, 1 %}', /tag "cycle" not found/],
    ['{% liquid echo parameters.a %}', /tag "liquid" not found/],
    ['{% capture x %}"{% endcapture %}', /tag "capture" not found/],
    ['{% render "/etc/passwd" %}', /tag "render" not found/],
    ['{{ parameters.a | raw }}', /undefined filter/],
    ['{{ process.env }}', /not there/],
    ['{{ parameters.constructor }}', /not there/],
    ['{{ job.secret }}', /not there/],
  ]
  test.each(refused)('refused: %s', (script, reason) => {
    expect(checkScript(source(script))).toMatchObject({ reason: expect.stringMatching(reason) as string })
  })
})
