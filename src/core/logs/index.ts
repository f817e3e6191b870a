import type { LogFileList } from '../../../contract/agent/logs.ts'
import type { LogMatches } from '../../../contract/logs.ts'
import type { FeatureHandlers } from '../../rpc/types.ts'
import { followed, type Agents } from '../agent-client/index.ts'
import type { Logger } from '../platform.ts'
import { jobPath } from '../jobs/index.ts'
import { followLog } from './follow.ts'
import { bytesOf, described, logPath, ofFile } from './routes.ts'

/** What jobs write as text: which files there are, any part of one, what comes, and what is found. Nothing is kept here. */
export function createLogs({ agents, log }: { agents: Agents; log: Logger }): { handlers: FeatureHandlers<'logs'> } {
  return {
    handlers: {
      methods: {
        files: ({ site, id }, { signal }) => agents.client(site).get<LogFileList>(`${jobPath(id)}/logs`, { signal }),
        async read({ site, id, file, offset, length }, { signal }) {
          try {
            const query = { file, offset, length }
            const { body, headers } = await agents.client(site).stream(logPath(id), { query, signal })
            const { start, size, version } = described(headers)
            return { bytes: (await bytesOf(body)).toString('base64'), start, size, version }
          } catch (error) {
            throw ofFile(error, file)
          }
        },
        async search({ site, id, file, query, from, direction, limit }, { signal }) {
          const { text, encoding } = query
          const flags = { regex: query.regex ? 1 : 0, case_sensitive: query.caseSensitive ? 1 : 0 }
          try {
            return await agents.client(site).get<LogMatches>(`${logPath(id)}/search`, {
              query: { file, text, encoding, ...flags, from, direction, limit },
              signal,
            })
          } catch (error) {
            throw ofFile(error, file)
          }
        },
      },
      streams: {
        follow: ({ file, ...params }, sink) =>
          followed(agents, params, sink, (job) => followLog(file === undefined ? job : { ...job, file }, sink), log),
      },
    },
  }
}
