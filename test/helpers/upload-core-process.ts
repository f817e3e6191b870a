import { picked, startUploadCore } from './upload-core.ts'

/** The core's uploads in a process of their own, to be killed: `URL DATA LIMIT [FILE…]`; a line of JSON for each change. */
const [url = '', data = '', limit = '0', ...files] = process.argv.slice(2)
const core = await startUploadCore({ url, data, limit: Number(limit) })
core.uploads.handlers.streams.all(
  {},
  {
    snapshot: ({ items }) => console.log(JSON.stringify(items)),
    event: ({ put }) => console.log(JSON.stringify(put)),
    fail: () => undefined,
  },
)
if (files.length > 0) await core.add(await Promise.all(files.map((file) => picked(file))))
