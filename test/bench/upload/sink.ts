import { createWriteStream } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream/promises'

/** `sink.ts HOST FILE`: the least that a server can do with an upload, it writes it to the disk and verifies nothing. */
const [host = '', file = ''] = process.argv.slice(2)
const server = createServer((incoming, outgoing) => {
  pipeline(incoming, createWriteStream(file)).then(
    () => outgoing.end(),
    () => outgoing.writeHead(500).end(),
  )
})
server.listen(0, host, () => console.log((server.address() as AddressInfo).port))
