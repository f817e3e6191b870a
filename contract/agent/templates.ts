import { Type, type Static } from 'typebox'
import { FileClass } from '../file-classes.ts'
import { Submission } from '../jobs.ts'
import { BrokenTemplate, Template } from '../templates.ts'
import { Id } from '../text.ts'

/** `GET /api/v2/templates` */
export const TemplateList = Type.Object({ templates: Type.Array(Template), broken: Type.Array(BrokenTemplate) })
export type TemplateList = Static<typeof TemplateList>

/** `GET /api/v2/templates/:id`: the template and the text of its file. */
export const TemplateAnswer = Type.Object({ template: Template, yaml: Type.String() })
export type TemplateAnswer = Static<typeof TemplateAnswer>

/** `POST /api/v2/templates` (201), `POST /api/v2/templates/import` (201), `PUT /api/v2/templates/:id` (200). */
export const SaveTemplate = Type.Object(
  {
    yaml: Type.String({ minLength: 1, maxLength: 500_000 }),
    visibility: Type.Optional(Type.Union([Type.Literal('shared'), Type.Literal('private')])),
  },
  { additionalProperties: false },
)
export type SaveTemplate = Static<typeof SaveTemplate>

/** `POST /api/v2/templates/preview`: what a submission would run; nothing is stored. */
export const PreviewRequest = Type.Object({
  submission: Submission,
  files: Type.Array(Type.Object({ slot: Type.Optional(Type.String()), name: Type.String({ maxLength: 1024 }) }), {
    maxItems: 1000,
  }),
})
export type PreviewRequest = Static<typeof PreviewRequest>

export const PreviewAnswer = Type.Object({
  script: Type.String(),
  problems: Type.Array(
    Type.Object({ parameter: Type.Optional(Type.String()), slot: Type.Optional(Type.String()), reason: Type.String() }),
  ),
})
export type PreviewAnswer = Static<typeof PreviewAnswer>

/**
 * `POST /api/v2/templates/:id/examples` `{label}`: copies the shipped example files that fit the template's slots into the
 * user's folder as finished uploads, so that a newcomer reaches a first result without a file of their own.
 */
export const ExamplesRequest = Type.Object({ label: Type.String({ pattern: '^[A-Za-z0-9._-]{1,128}$' }) })
export type ExamplesRequest = Static<typeof ExamplesRequest>

/** 201: the copies, finished uploads of the user, each with the slot it fills. */
export const ExamplesAnswer = Type.Object({
  files: Type.Array(
    Type.Object({
      slot: Type.String(),
      uploadId: Id,
      name: Type.String(),
      folder: Type.String(),
      size: Type.Integer(),
      class: FileClass,
    }),
  ),
})
export type ExamplesAnswer = Static<typeof ExamplesAnswer>
