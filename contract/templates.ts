import { Type, type Static } from 'typebox'
import { ConvergenceSpec } from './convergence.ts'
import { DesktopSpec } from './desktops.ts'
import { FileClass } from './file-classes.ts'
import { Resources } from './resources.ts'
import { Id, Text, Time } from './text.ts'
import { WorkflowStep } from './workflow-steps.ts'

const Key = Type.String({ pattern: '^[a-z][a-z0-9_]{0,39}$' })

const parameterBase = {
  key: Key,
  label: Text,
  help: Type.Optional(Text),
  /** Heading under which the form shows it. */
  group: Type.Optional(Text),
  required: Type.Optional(Type.Boolean({ default: true })),
}

/** One value the user chooses; the form and the check before the script are both made from it. */
export const Parameter = Type.Union([
  Type.Object(
    {
      ...parameterBase,
      type: Type.Union([Type.Literal('number'), Type.Literal('integer')]),
      unit: Type.Optional(Type.String({ maxLength: 20 })),
      minimum: Type.Optional(Type.Number()),
      maximum: Type.Optional(Type.Number()),
      step: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
      default: Type.Optional(Type.Number()),
    },
    { additionalProperties: false },
  ),
  Type.Object(
    {
      ...parameterBase,
      type: Type.Literal('string'),
      pattern: Type.Optional(Type.String({ maxLength: 200 })),
      maxLength: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
      default: Type.Optional(Type.String()),
    },
    { additionalProperties: false },
  ),
  Type.Object(
    { ...parameterBase, type: Type.Literal('boolean'), default: Type.Optional(Type.Boolean()) },
    { additionalProperties: false },
  ),
  Type.Object(
    {
      ...parameterBase,
      type: Type.Literal('choice'),
      choices: Type.Array(
        Type.Object(
          { value: Type.String({ minLength: 1, maxLength: 200 }), label: Text },
          { additionalProperties: false },
        ),
        { minItems: 1, maxItems: 200 },
      ),
      default: Type.Optional(Type.String()),
    },
    { additionalProperties: false },
  ),
])
export type Parameter = Static<typeof Parameter>

/** Values by parameter key. */
export const ParameterValues = Type.Record(
  Key,
  Type.Union([Type.Number(), Type.String({ maxLength: 10_000 }), Type.Boolean()]),
)
export type ParameterValues = Static<typeof ParameterValues>

/** A place for files that the template needs; in the script, `files.<key>` holds their names. */
export const FileSlot = Type.Object(
  {
    key: Key,
    label: Text,
    help: Type.Optional(Text),
    /** The class the template gives these files, whatever the extension table says. */
    class: FileClass,
    /** Accepted extensions, with their dot, lower case; empty: any. */
    accept: Type.Array(Type.String({ pattern: '^\\.[a-z0-9.]{1,15}$' }), { maxItems: 30 }),
    min: Type.Integer({ minimum: 0, maximum: 1000 }),
    max: Type.Integer({ minimum: 1, maximum: 1000 }),
    /** Name of an example that ships with the agent and fits this slot. */
    example: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
)
export type FileSlot = Static<typeof FileSlot>

/** A figure read from a result file once the job has ended, shown at the top of its page. */
export const ResultSpec = Type.Object(
  {
    key: Key,
    label: Text,
    unit: Type.Optional(Type.String({ maxLength: 20 })),
    file: Type.String({ maxLength: 200 }),
    /** `calculix-frd-mises`: the largest von Mises stress of the last STRESS block. `regex`: group 1 of the last match. */
    reader: Type.Union([Type.Literal('calculix-frd-mises'), Type.Literal('regex')]),
    pattern: Type.Optional(Type.String({ maxLength: 500 })),
  },
  { additionalProperties: false },
)
export type ResultSpec = Static<typeof ResultSpec>

/** A template as its YAML file says (docs/templates.md explains every field). */
export const TemplateSource = Type.Object(
  {
    id: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,63}$' }),
    version: Type.Integer({ minimum: 1 }),
    name: Text,
    description: Type.Optional(Text),
    category: Type.String({ pattern: '^[a-z0-9-]{1,40}$' }),
    /** Commands that must be on the cluster's PATH. */
    requires: Type.Optional(Type.Array(Type.String({ pattern: '^[A-Za-z0-9_.+-]{1,64}$' }), { maxItems: 20 })),
    files: Type.Array(FileSlot, { maxItems: 20 }),
    parameters: Type.Array(Parameter, { maxItems: 100 }),
    resources: Resources,
    /** A liquid template of a shell script; every value arrives shell-quoted. A template has either this or `steps`. */
    script: Type.Optional(Type.String({ minLength: 1, maxLength: 100_000 })),
    /** A workflow: jobs made from other templates, each after those it needs. */
    steps: Type.Optional(Type.Array(WorkflowStep, { minItems: 1, maxItems: 50 })),
    /** Its jobs are desktops: the script runs inside an X session that viewers connect to. */
    desktop: Type.Optional(DesktopSpec),
    convergence: Type.Optional(ConvergenceSpec),
    results: Type.Optional(Type.Array(ResultSpec, { maxItems: 20 })),
    /** Result files worth opening first, as glob-free suffixes (`.frd`). */
    mainResults: Type.Optional(Type.Array(Type.String({ maxLength: 40 }), { maxItems: 10 })),
  },
  { additionalProperties: false },
)
export type TemplateSource = Static<typeof TemplateSource>

/** A template as the catalogue lists it. */
export const Template = Type.Object({
  ...TemplateSource.properties,
  /** `shared`: the site's; `private`: the signed-in user's own. */
  visibility: Type.Union([Type.Literal('shared'), Type.Literal('private')]),
  owner: Type.Optional(Type.String()),
  editable: Type.Boolean(),
  updatedAt: Time,
  /** Of `requires`, those not found on the cluster: the template cannot run there now. */
  missingCommands: Type.Array(Type.String()),
})
export type Template = Static<typeof Template>

/** A template file that could not be read; shown beside the good ones with its reason. */
export const BrokenTemplate = Type.Object({
  file: Type.String(),
  line: Type.Integer({ minimum: 1 }),
  reason: Type.String(),
  visibility: Type.Union([Type.Literal('shared'), Type.Literal('private')]),
})
export type BrokenTemplate = Static<typeof BrokenTemplate>

export const TemplateId = Id
