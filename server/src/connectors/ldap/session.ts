import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectSecure, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { Attribute, Change, Client, PresenceFilter, ResultCodeError, type Entry, type Filter } from 'ldapts';
import { guardedLookup } from '../../platform/outgoing/index.ts';
import { isLoopback } from '../contract/address.ts';
import { ConnectorError, withoutSecrets, type ConnectorErrorKind } from '../contract/connector-error.ts';
import type { CallContext } from '../contract/connector.ts';

export interface Place {
  readonly address: string;
  readonly bindDn: string;
  readonly encryption: 'verify' | 'require' | 'off';
  readonly certificateAuthority: string;
  readonly timeoutMs: number;
}

/** Result codes of RFC 4511 4.1.9 that decide something here. */
export const resultCode = { noSuchAttribute: 16, typeOrValueExists: 20, noSuchObject: 32, alreadyExists: 68, schemaViolation: 65 } as const;

export const hasCode = (fault: unknown, ...codes: readonly number[]): boolean => fault instanceof ResultCodeError && codes.includes(fault.code);

/** An entry as people mean it: attribute names in any case, an absent attribute is `undefined` (ldapts says `[]`). */
export class LdapEntry {
  readonly dn: string;
  readonly #values = new Map<string, readonly (string | Buffer)[]>();

  constructor(entry: Entry) {
    this.dn = entry.dn;
    for (const [name, value] of Object.entries(entry)) if (name !== 'dn') this.#values.set(name.toLowerCase(), Array.isArray(value) ? value : [value]);
  }

  all(name: string): readonly string[] {
    return (this.#values.get(name.toLowerCase()) ?? []).map((value) => (typeof value === 'string' ? value : value.toString('utf8')));
  }

  one(name: string): string | undefined {
    return this.all(name)[0];
  }

  bytes(name: string): Buffer | undefined {
    const value = this.#values.get(name.toLowerCase())?.[0];
    return typeof value === 'string' ? Buffer.from(value, 'latin1') : value;
  }
}

export interface Query {
  readonly scope: 'base' | 'sub';
  readonly filter?: Filter;
  readonly attributes: readonly string[];
  readonly binary?: readonly string[];
  readonly limit?: number;
}

export interface Modification {
  readonly operation: 'add' | 'delete' | 'replace';
  readonly attribute: string;
  readonly values: readonly (string | Buffer)[];
}

export interface Session {
  /** Filters are objects, never text: a name inside a text filter is an injection, and ldapts misreads binary in it. */
  search(base: string, query: Query): Promise<readonly LdapEntry[]>;
  /** A base search where nothing there is `null`. */
  read(dn: string, query: Omit<Query, 'scope'>): Promise<LdapEntry | null>;
  pages(base: string, query: Query): AsyncGenerator<readonly LdapEntry[]>;
  add(dn: string, attributes: Readonly<Record<string, readonly (string | Buffer)[]>>): Promise<void>;
  modify(dn: string, modifications: readonly Modification[]): Promise<void>;
  remove(dn: string): Promise<void>;
  extended(oid: string, value: Buffer, isWrite: boolean): Promise<string>;
  /** Whether a password may travel here. */
  readonly isPrivate: boolean;
}

const longestAnswer = 64 * 1024 * 1024;

/** One bound connection for one call. */
export async function withSession<T>(context: CallContext, place: Place, work: (session: Session) => Promise<T>): Promise<T> {
  if (context.signal.aborted) throw new ConnectorError('transient', 'stopped before the connection was made');
  const password = await context.secret('password');
  // RFC 4513 5.1.2: a bind without a password is anonymous and succeeds; the empty lists after it would look like facts.
  if (password === '' || place.bindDn === '') throw new ConnectorError('auth', 'a directory takes a name without a password for an anonymous visitor: give both');

  const url = new URL(place.address);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const trust: ConnectionOptions = {
    host, rejectUnauthorized: place.encryption !== 'require', lookup: guardedLookup,
    ...(isIP(host) === 0 ? { servername: host } : {}), ...(place.certificateAuthority === '' ? {} : { ca: place.certificateAuthority }),
  };
  let socket: Socket | TLSSocket | null = null;
  let tooLong = false;
  const opened = <S extends Socket>(one: S): S => {
    let size = 0;
    socket = one;
    one.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > longestAnswer) { tooLong = true; one.destroy(); }
    });
    return one;
  };
  // ldapts reconnects by itself, and NOT bound: the next search would be anonymous, and its emptiness a lie.
  const once = <S extends Socket>(open: () => S): S => {
    if (socket !== null) throw new Error('the connection was lost');
    return opened(open());
  };
  const isSecure = url.protocol === 'ldaps:';
  const client = new Client({
    url: place.address, timeout: place.timeoutMs, connectTimeout: place.timeoutMs, strictDN: false,
    createConnection: ((port: number, name: string) => once(() => connectPlain({ port, host: name, lookup: guardedLookup }))) as typeof connectPlain,
    createSecureConnection: ((first: number | ConnectionOptions) =>
      typeof first === 'number' ? once(() => connectSecure({ ...trust, port: first })) : connectSecure(first)) as typeof connectSecure,
  });
  const stop = (): void => { socket?.destroy(); };
  context.signal.addEventListener('abort', stop, { once: true });

  let hasWritten = false;
  const write = <R>(send: () => Promise<R>): Promise<R> => { hasWritten = true; return send(); };
  const options = (query: Query) => ({
    scope: query.scope, filter: query.filter ?? new PresenceFilter({ attribute: 'objectClass' }), attributes: [...query.attributes],
    explicitBufferAttributes: [...(query.binary ?? [])], ...(query.limit === undefined ? {} : { sizeLimit: query.limit }),
  });
  const session: Session = {
    isPrivate: isSecure || place.encryption !== 'off' || isLoopback(host),
    search: async (base, query) => (await client.search(base, options(query))).searchEntries.map((entry) => new LdapEntry(entry)),
    read: async (dn, query) => {
      try {
        const [entry] = await session.search(dn, { ...query, scope: 'base' });
        return entry ?? null;
      } catch (fault) {
        if (hasCode(fault, resultCode.noSuchObject)) return null;
        throw fault;
      }
    },
    pages: async function* pages(base, query) {
      for await (const { searchEntries } of client.searchPaginated(base, { ...options(query), paged: { pageSize: 500 } })) {
        yield searchEntries.map((entry) => new LdapEntry(entry));
      }
    },
    add: (dn, attributes) => write(() => client.add(dn, Object.entries(attributes).map(([type, values]) => attributeOf(type, values)))),
    modify: (dn, modifications) => write(() => client.modify(dn, modifications.map((one) => new Change({ operation: one.operation, modification: attributeOf(one.attribute, one.values) })))),
    remove: (dn) => write(() => client.del(dn)),
    extended: async (oid, value, isWrite) => {
      const send = () => client.exop(oid, value);
      return (await (isWrite ? write(send) : send())).value ?? '';
    },
  };

  let isBound = false;
  try {
    if (!isSecure && place.encryption !== 'off') await client.startTLS(trust);
    await client.bind(place.bindDn, password);
    isBound = true;
    return await work(session);
  } catch (fault) {
    throw asConnectorError(fault, { isBound, hasWritten, isStopped: context.signal.aborted, tooLong, host, secrets: [password] });
  } finally {
    context.signal.removeEventListener('abort', stop);
    if (client.isConnected) await client.unbind().catch(() => undefined);
    socketOf(socket)?.destroy();
  }
}

// The assignment happens inside a callback, where the compiler does not look.
const socketOf = (socket: Socket | null): Socket | null => socket;

function attributeOf(type: string, values: readonly (string | Buffer)[]): Attribute {
  return new Attribute({ type, values: values.every((one) => typeof one === 'string') ? [...values] : values.map((one) => Buffer.from(one)) });
}

function kindOfCode(code: number): ConnectorErrorKind {
  switch (code) {
    case 49: return 'auth';
    case 50: return 'permission';
    case resultCode.noSuchObject: return 'not_found';
    case resultCode.alreadyExists: return 'conflict';
    case 53: case 66: return 'precondition';
    case 3: case 51: case 52: case 80: return 'transient';
    // Size and administrative limits: the answer was cut, and only the server's administrator can lift them.
    case 4: case 11: return 'config';
    case 8: case 10: case 13: return 'config';
    default: return 'invalid';
  }
}

function asConnectorError(fault: unknown, call: { isBound: boolean; hasWritten: boolean; isStopped: boolean; tooLong: boolean; host: string; secrets: readonly string[] }): ConnectorError {
  if (fault instanceof ConnectorError) return fault;
  const text = withoutSecrets(fault instanceof Error ? fault.message : String(fault), call.secrets);
  const code = fault !== null && typeof fault === 'object' && 'code' in fault ? fault.code : undefined;
  if (fault instanceof ResultCodeError) {
    if (fault.code === 49 && call.isBound) return new ConnectorError('permission', `the directory said: ${text}`, { status: 49 });
    if (call.hasWritten && (fault.code === 52 || fault.code === 80 || fault.code === 3)) return new ConnectorError('ambiguous', `the directory gave up during a change (${text}): observe before repeating it`);
    return new ConnectorError(kindOfCode(fault.code), `the directory said: ${text}`, { status: fault.code });
  }
  if (code === 'EFORBIDDEN') return new ConnectorError('config', text);
  if (call.tooLong) return new ConnectorError('transient', 'the answer of the directory is too long: narrow the search base');
  if (/certificate|altname|self.signed/i.test(text) || (typeof code === 'string' && /^(ERR_TLS|CERT_|DEPTH_|UNABLE_TO)/.test(code))) {
    return new ConnectorError('config', `the certificate of ${call.host} is not trusted (${text}): give its authority in the settings`);
  }
  if (call.hasWritten) return new ConnectorError('ambiguous', `the connection to ${call.host} was lost during a change: observe before repeating it`);
  const reason = typeof code === 'string' ? code : (text.split('\n')[0] ?? '');
  return new ConnectorError('transient', `the directory at ${call.host} ${call.isStopped ? 'was not waited for' : `cannot be reached (${reason})`}`);
}
