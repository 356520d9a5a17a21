// A gRPC server that accepts every call with an empty answer, and prints the headers of each as one JSON line.
import { readFileSync } from 'node:fs'
import { createSecureServer } from 'node:http2'

const [certificate, key] = process.argv.slice(2).map((path) => readFileSync(path))
const server = createSecureServer({ cert: certificate, key })
server.on('stream', (stream, headers) => {
  console.log(JSON.stringify(headers))
  stream.on('error', () => {})
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
  stream.end(Buffer.alloc(5))
})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
