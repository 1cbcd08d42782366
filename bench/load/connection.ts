import { connect, type Socket } from 'node:net';

export interface Reply {
  readonly status: number;
  /** Status line and headers, as they came. */
  readonly head: string;
  readonly body: string;
}

export interface Origin {
  readonly host: string;
  readonly port: number;
}

/**
 * One keep-alive HTTP/1.1 connection, one request at a time, as bare as can be: the generator shares the machine with what it
 * measures, so a request must cost it as little as possible. Answers come with content-length or chunked.
 */
export class Connection {
  readonly #origin: Origin;
  #socket: Socket | null = null;
  #received = '';
  #waiting: { resolve(reply: Reply): void; reject(error: Error): void } | null = null;

  constructor(origin: Origin) {
    this.#origin = origin;
  }

  request(text: string): Promise<Reply> {
    if (this.#waiting) throw new Error('one request at a time');
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      const socket = this.#socket ?? this.#open();
      socket.write(text, 'latin1');
    });
  }

  close(): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#received = '';
    socket?.destroy();
  }

  #open(): Socket {
    const socket = connect({ host: this.#origin.host, port: this.#origin.port, noDelay: true });
    const lost = (error: Error): void => {
      // One that was given up already has nothing to say about the request on its successor.
      if (this.#socket !== socket) return;
      this.#socket = null;
      this.#received = '';
      const waiting = this.#waiting;
      this.#waiting = null;
      waiting?.reject(error);
    };
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => this.#take(chunk));
    socket.on('error', lost);
    socket.on('close', () => lost(new Error('the connection was closed')));
    this.#socket = socket;
    return socket;
  }

  #take(chunk: string): void {
    this.#received = this.#received === '' ? chunk : this.#received + chunk;
    const whole = parse(this.#received);
    if (whole === null) return;
    this.#received = '';
    if (/\r\nconnection: close/i.test(whole.head)) this.close();
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.resolve(whole);
  }
}

function parse(text: string): Reply | null {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const head = text.slice(0, end);
  const status = Number(head.slice(9, 12));
  const start = end + 4;
  const length = /\r\ncontent-length: *(\d+)/i.exec(head);
  if (length) {
    const size = Number(length[1]);
    return text.length - start < size ? null : { status, head, body: text.slice(start, start + size) };
  }
  if (/\r\ntransfer-encoding: *chunked/i.test(head)) {
    const parts: string[] = [];
    for (let at = start; ;) {
      const line = text.indexOf('\r\n', at);
      if (line < 0) return null;
      const size = Number.parseInt(text.slice(at, line), 16);
      if (text.length < line + 2 + size + 2) return null;
      if (size === 0) return { status, head, body: parts.join('') };
      parts.push(text.slice(line + 2, line + 2 + size));
      at = line + 2 + size + 2;
    }
  }
  return { status, head, body: '' };
}

export function headerOf(reply: Reply, name: string): string | null {
  return new RegExp(`\\r\\n${name}: *([^\\r]*)`, 'i').exec(reply.head)?.[1] ?? null;
}

/** Keeps cookies of one pretended browser. */
export class CookieJar {
  readonly #cookies: Map<string, string>;

  /** With what is in `before`; what comes into either later does not come into the other. */
  constructor(before?: CookieJar) {
    this.#cookies = new Map(before ? before.#cookies : []);
  }

  take(reply: Reply): void {
    for (const [, name, value] of reply.head.matchAll(/\r\nset-cookie: *([^=;]+)=([^;\r]*)/gi)) {
      if (value === '') this.#cookies.delete(name!);
      else this.#cookies.set(name!, value!);
    }
  }

  get(name: string): string | undefined {
    return this.#cookies.get(name);
  }

  get line(): string {
    return this.#cookies.size === 0 ? '' : `cookie: ${[...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')}\r\n`;
  }
}

export const getRequest = (path: string, headers = ''): string => `GET ${path} HTTP/1.1\r\nhost: ${hostName}\r\n${headers}\r\n`;

export function postRequest(path: string, body: string, headers = '', type = 'application/x-www-form-urlencoded'): string {
  return `POST ${path} HTTP/1.1\r\nhost: ${hostName}\r\ncontent-type: ${type}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n${headers}\r\n${body}`;
}

let hostName = 'localhost';

/** The Host header of what follows: the public name of the server under test. */
export function setHostName(name: string): void {
  hostName = name;
}
