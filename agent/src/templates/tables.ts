import type { Generated } from 'kysely'

/** The catalogue as last read from the files, for an admin's queries; the files are the truth. */
export interface JobTemplatesTable {
  /** Absolute path. */
  file: string
  /** Absent: shared. */
  owner: string | null
  template_id: Generated<string | null>
  version: Generated<number | null>
  /** English. */
  name: Generated<string | null>
  category: Generated<string | null>
  /** Where a broken file is broken, and how. */
  line: Generated<number | null>
  error: Generated<string | null>
  read_at: string
}

export interface TemplatesTables {
  job_templates: JobTemplatesTable
}
