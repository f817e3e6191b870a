import { createInterface } from 'node:readline'
import { picked, startUploadCore } from '../../helpers/upload-core.ts'

/** A core of its own: uploads each file that is named on a line, and answers with the seconds from drop to verified. */
const core = await startUploadCore({ url: process.argv[2] ?? '' })
let form = 0
console.log('ready')
for await (const file of createInterface({ input: process.stdin })) {
  const started = performance.now()
  const added = await core.add([await picked(file)], `form${(form += 1)}`)
  await core.whenUploaded(added)
  console.log((performance.now() - started) / 1000)
}
await core.close()
process.exit(0)
