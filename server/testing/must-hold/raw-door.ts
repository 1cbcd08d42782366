import { Agent, request, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';

export interface RawReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

const agent = new Agent({ keepAlive: true, maxSockets: 8 });

/** One request, exactly as told: no following, no decoding, no mending. Of a stream only the beginning is read. */
export function send(origin: string, wish: { readonly method: string; readonly path: string; readonly headers?: Readonly<Record<string, string>>; readonly body?: string | Buffer | undefined }): Promise<RawReply> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(origin);
    const outgoing = request({ agent, hostname, port, method: wish.method, path: wish.path, headers: { ...wish.headers, ...(wish.body === undefined ? {} : { 'content-length': String(Buffer.byteLength(wish.body)) }) } }, (incoming) => {
      const parts: Buffer[] = [];
      const done = (): void => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text: Buffer.concat(parts).toString('utf8') });
      incoming.on('data', (part: Buffer) => {
        parts.push(part);
        if (String(incoming.headers['content-type']).startsWith('text/event-stream')) {
          done();
          incoming.destroy();
        }
      });
      incoming.on('end', done);
      incoming.on('error', reject);
    });
    outgoing.setTimeout(30_000, () => outgoing.destroy(new Error(`no answer to ${wish.method} ${wish.path.slice(0, 200)} in 30 s`)));
    // The server may close a line that waits at the moment we use it again: then it has not seen the request.
    outgoing.on('error', (error: Error & { code?: string }) => (outgoing.reusedSocket && error.code === 'ECONNRESET' ? resolve(send(origin, wish)) : reject(error)));
    outgoing.end(wish.body);
  });
}

/** What no client library would send. Ends when the server closes, or after `waitMs`. */
export function sendBytes(origin: string, bytes: string | Buffer, waitMs = 2_000): Promise<string> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(origin);
    let text = '';
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    socket.setTimeout(waitMs, () => socket.destroy());
    socket.on('data', (part) => { text += part.toString('latin1'); });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
  });
}
