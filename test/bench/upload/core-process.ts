import { createInterface } from 'node:readline'
import type { Upload } from '../../../contract/uploads.ts'
import { context, startUploadCore } from '../../helpers/upload-core.ts'
import type { Asked, Told } from './site.ts'

/**
 * A core of its own: `core-process.ts URL`, then a line of JSON for each thing asked. An upload is answered when all its files are
 * uploaded and verified, with the seconds since it was asked; several may be under way.
 */
const core = await startUploadCore({ url: process.argv[2] ?? '' })
const tell = (told: Told): void => console.log(JSON.stringify(told))
const sum = (uploads: readonly Upload[], of: (upload: Upload) => number): number =>
  uploads.reduce((total, upload) => total + of(upload), 0)

async function upload(label: string, paths: string[]): Promise<void> {
  const started = performance.now()
  const { files } = await core.uploads.handlers.methods.expand({ paths }, context)
  const added = await core.add(files, label)
  await core.whenUploaded(added)
  const seconds = (performance.now() - started) / 1000
  const uploads = added.map(({ id }) => core.upload(id))
  const crossed = sum(uploads, (one) => one.crossed)
  tell({ label, seconds, crossed, bytes: sum(uploads, ({ size }) => size), files: uploads.length })
}

tell({ label: 'ready', seconds: 0, crossed: 0, bytes: 0, files: 0 })
for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line) as Asked
  if ('limit' in asked) core.limit.value = asked.limit
  else
    upload(asked.label, asked.paths).catch((error: unknown) => {
      console.error(error)
      process.exit(1)
    })
}
await core.close()
process.exit(0)
