import type { Agent } from '../kit/agent.ts'
import type { TemplateFile } from './catalogue.ts'

/** Keeps the table `job_templates` like the files, one refresh at a time; a failure is logged and nothing depends on it. */
export function createMirror(agent: Agent) {
  let work = Promise.resolve()

  async function write(files: readonly TemplateFile[]): Promise<void> {
    const read_at = agent.now().toISOString()
    const rows = files.map(({ path, place, read }) => ({
      file: path,
      owner: place.kind === 'private' ? place.owner : null,
      read_at,
      ...('source' in read
        ? {
            template_id: read.source.id,
            version: read.source.version,
            name: read.source.name.en,
            category: read.source.category,
          }
        : { line: read.problem.line, error: read.problem.reason }),
    }))
    await agent.db.transaction().execute(async (db) => {
      await db.deleteFrom('job_templates').execute()
      for (const row of rows) await db.insertInto('job_templates').values(row).execute()
    })
  }

  return {
    refresh(files: readonly TemplateFile[]): void {
      work = work
        .then(() => write(files))
        .catch((error: unknown) => agent.log.error({ err: error }, 'the table of templates could not be written'))
    },
    close: () => work,
  }
}
