import { Type } from 'typebox'
import { age, change, nothing, object, query, site, stream } from '../feature.ts'
import { Submission } from '../jobs.ts'
import { BrokenTemplate, Template } from '../templates.ts'
import { Id } from '../text.ts'
import { Upload } from '../uploads.ts'

const Catalogue = object({ items: Type.Array(Template), broken: Type.Array(BrokenTemplate), ...age })

/** What a job is made from: script, parameters, files and resources, as YAML at the agent. */
export const templates = {
  methods: {
    /** The script a submission would run, with every value quoted, and what stands in its way. */
    preview: query(
      object({
        ...site,
        submission: Submission,
        files: Type.Array(object({ slot: Type.Optional(Type.String()), name: Type.String() })),
      }),
      object({
        script: Type.String(),
        problems: Type.Array(
          object({
            parameter: Type.Optional(Type.String()),
            slot: Type.Optional(Type.String()),
            reason: Type.String(),
          }),
        ),
      }),
    ),
    /** The YAML text of a template, for editing. */
    source: query(object({ ...site, id: Id }), object({ yaml: Type.String(), ...age })),
    /** Creates (no `id`) or replaces a template from YAML; also the import of a file. */
    save: change(
      object({
        ...site,
        id: Type.Optional(Id),
        yaml: Type.String({ minLength: 1, maxLength: 500_000 }),
        visibility: Type.Union([Type.Literal('shared'), Type.Literal('private')]),
      }),
      Template,
    ),
    remove: change(object({ ...site, id: Id }), nothing),
    /** The shipped example files that fit a template's slots, as uploads that need no local file. */
    useExamples: change(object({ ...site, id: Id, label: Id }), object({ uploads: Type.Array(Upload) })),
  },
  streams: {
    all: stream(object(site), Catalogue, Catalogue),
  },
}
