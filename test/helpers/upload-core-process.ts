import { context, startUploadCore } from './upload-core.ts'

/**
 * The core's uploads in a process of their own, to be killed: `URL DATA LIMIT [PATH…]`, and in the environment UPLOAD_LABEL, which
 * is `form` if not given. A line of JSON for each change.
 */
const [url = '', data = '', limit = '0', ...paths] = process.argv.slice(2)
const core = await startUploadCore({ url, data, limit: Number(limit) })
core.uploads.handlers.streams.all(
  {},
  {
    snapshot: ({ items }) => console.log(JSON.stringify(items)),
    event: ({ put }) => console.log(JSON.stringify(put)),
    fail: () => undefined,
  },
)
if (paths.length > 0) {
  const { files } = await core.uploads.handlers.methods.expand({ paths }, context)
  await core.add(files, process.env['UPLOAD_LABEL'])
}
