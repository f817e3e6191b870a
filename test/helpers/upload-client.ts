import { createHash, randomUUID } from 'node:crypto'
import type { AgentUpload, OpenUpload } from '../../contract/agent/uploads.ts'

export interface Answer<T> {
  status: number
  body: T & { error?: string; code?: string; details?: Record<string, unknown>; warnings?: string[] }
}

export const sha256 = (data: Uint8Array): Buffer => createHash('sha256').update(data).digest()

/** The chunks of a file as the app cuts it. */
export const cut = (data: Buffer, chunkSize: number): Buffer[] =>
  Array.from({ length: Math.ceil(data.length / chunkSize) }, (_, at) =>
    data.subarray(at * chunkSize, (at + 1) * chunkSize),
  )

/** The tree digest as the contract has it, computed independently of the agent. */
export const treeDigest = (data: Buffer, chunkSize: number): string =>
  sha256(Buffer.concat(cut(data, chunkSize).map(sha256))).toString('hex')

/** A client of the app's upload routes that says exactly what a test wants to be said. */
export function uploadClient(url: string, token: string) {
  const call = async <T = AgentUpload>(
    method: string,
    path: string,
    init: Omit<RequestInit, 'headers'> & { headers?: Record<string, string> } = {},
  ): Promise<Answer<T>> => {
    const headers = { authorization: `Bearer ${token}`, ...init.headers }
    const answer = await fetch(new URL(path, url), { ...init, method, headers })
    return { status: answer.status, body: (await answer.json()) as Answer<T>['body'] }
  }
  const json = <T = AgentUpload>(method: string, path: string, body: unknown): Promise<Answer<T>> =>
    call<T>(method, path, { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })
  const open = (request: Partial<OpenUpload> & { size: number }) =>
    json('POST', '/api/v2/uploads', { key: randomUUID(), name: 'mesh.msh', chunk_size: 65_536, ...request })
  const put = (
    id: string,
    index: number | string,
    data: Buffer,
    { digest = sha256(data), signal }: { digest?: Buffer; signal?: AbortSignal } = {},
  ) =>
    call<{ uploaded_chunks: number; total_chunks: number; progress: number }>(
      'PUT',
      `/api/v2/uploads/${id}/chunks/${index}`,
      {
        body: new Uint8Array(data),
        headers: {
          'content-type': 'application/octet-stream',
          'content-digest': `sha-256=:${digest.toString('base64')}:`,
        },
        ...(signal === undefined ? {} : { signal }),
      },
    )
  const complete = (id: string, digest: string) => json('POST', `/api/v2/uploads/${id}/complete`, { digest })
  const get = (id: string) => call('GET', `/api/v2/uploads/${id}`)
  const cancel = (id: string) => call('DELETE', `/api/v2/uploads/${id}`)

  /** The whole way; verification that goes on is waited for. */
  const upload = async (data: Buffer, request: Partial<OpenUpload> = {}): Promise<Answer<AgentUpload>> => {
    const chunkSize = request.chunk_size ?? 65_536
    const opened = await open({ ...request, size: data.length })
    if (opened.status >= 300) return opened
    const id = opened.body.upload_id
    for (const [index, chunk] of cut(data, chunkSize).entries()) {
      const answer = await put(id, index, chunk)
      if (answer.status >= 300) return answer as unknown as Answer<AgentUpload>
    }
    let done = await complete(id, treeDigest(data, chunkSize))
    while (done.body.status === 'verifying') {
      await new Promise((resolve) => setTimeout(resolve, 20))
      done = await get(id)
    }
    return done
  }
  return { call, json, open, put, complete, get, cancel, upload }
}

export type UploadClient = ReturnType<typeof uploadClient>
