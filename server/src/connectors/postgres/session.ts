import { Socket } from 'node:net';
import pg from 'pg';
import { guardedLookup } from '../../platform/outgoing/index.ts';
import { ConnectorError, withoutSecrets, type ConnectorErrorKind } from '../contract/connector-error.ts';
import type { CallContext } from '../contract/connector.ts';

export interface Place {
  /** A host name, an address, or the folder of a unix socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly userName: string;
  readonly encryption: 'verify' | 'require' | 'off';
  readonly certificateAuthority: string;
  readonly timeoutMs: number;
}

export interface Session {
  read<Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  /** From the first of these on, a lost connection is `ambiguous`. Several statements in one text are one transaction. */
  write<Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<readonly Row[]>;
}

/** One connection for one call: no pool, no state, and nothing to clean up after a crash. */
export async function withSession<T>(context: CallContext, place: Place, work: (session: Session) => Promise<T>): Promise<T> {
  if (context.signal.aborted) throw new ConnectorError('transient', 'stopped before the connection was made');
  const password = await context.secret('password');
  const socket = guardedSocket();
  const client = new pg.Client({
    host: place.host, port: place.port, database: place.database, user: place.userName, password, application_name: 'bailiwick',
    connectionTimeoutMillis: place.timeoutMs, query_timeout: place.timeoutMs, statement_timeout: place.timeoutMs, stream: () => socket,
    ...(place.encryption === 'off' ? {} : {
      ssl: { rejectUnauthorized: place.encryption === 'verify', servername: place.host, ...(place.certificateAuthority === '' ? {} : { ca: place.certificateAuthority }) },
    }),
  });
  // Without a listener a broken connection would end the process.
  client.on('error', () => undefined);
  const stop = (): void => { socket.destroy(); };
  context.signal.addEventListener('abort', stop, { once: true });

  let hasWritten = false;
  const run = async <Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<readonly Row[]> => {
    const result = values.length === 0 ? await client.query<Row>(text) : await client.query<Row>(text, [...values]);
    return result.rows;
  };
  try {
    await client.connect();
    return await work({
      read: run,
      write: (text, values) => { hasWritten = true; return run(text, values); },
    });
  } catch (fault) {
    throw asConnectorError(fault, { hasWritten, isStopped: context.signal.aborted, place, secrets: [password] });
  } finally {
    context.signal.removeEventListener('abort', stop);
    // Politely if it is alive; a dead one must not hold the call up.
    await (socket.destroyed ? Promise.resolve() : client.end().catch(() => undefined));
    socket.destroy();
  }
}

function guardedSocket(): Socket {
  const socket = new Socket();
  const connect = socket.connect.bind(socket) as (options: object) => Socket;
  socket.connect = ((first: unknown, host?: unknown): Socket =>
    typeof first === 'number' ? connect({ port: first, host, lookup: guardedLookup }) : connect({ path: first })) as Socket['connect'];
  return socket;
}

function kindOfState(state: string): ConnectorErrorKind {
  if (state.startsWith('28')) return 'auth';
  if (state.startsWith('08') || state.startsWith('53') || state.startsWith('57') || state.startsWith('58')) return 'transient';
  switch (state) {
    case '42501': return 'permission';
    case '42704': return 'not_found';
    case '42710': return 'conflict';
    case '2BP01': case '55006': return 'precondition';
    case '3D000': return 'config';
    case '40001': case '40P01': return 'transient';
    // Two at once on one catalogue row: nothing was written, and a second look will show by whom.
    case 'XX000': return 'transient';
    default: return 'invalid';
  }
}

function asConnectorError(fault: unknown, call: { hasWritten: boolean; isStopped: boolean; place: Place; secrets: readonly string[] }): ConnectorError {
  if (fault instanceof ConnectorError) return fault;
  const text = withoutSecrets(fault instanceof Error ? fault.message : String(fault), call.secrets);
  const code = fault !== null && typeof fault === 'object' && 'code' in fault ? String(fault.code) : '';
  if (fault instanceof pg.DatabaseError && /^[0-9A-Z]{5}$/.test(code)) {
    // 57P01 to 57P03: the server is going down or coming up; it may have committed just before it said so.
    if (call.hasWritten && code.startsWith('57P')) return new ConnectorError('ambiguous', `the server broke off during a change (${text}): observe before repeating it`);
    return new ConnectorError(kindOfState(code), `PostgreSQL said: ${text}`);
  }
  if (code === 'EFORBIDDEN') return new ConnectorError('config', text);
  const where = `${call.place.host}:${call.place.port}`;
  if (/password|SASL|authentication/i.test(text) && !call.hasWritten) return new ConnectorError('auth', `PostgreSQL at ${where} did not accept our sign-in: ${text}`);
  if (/does not support SSL/i.test(text)) return new ConnectorError('config', `PostgreSQL at ${where} offers no encryption: turn it on there, or set encryption to off here`);
  if (/certificate|self.signed|altname/i.test(text) || code.startsWith('ERR_TLS')) return new ConnectorError('config', `the certificate of ${where} is not trusted (${text}): give its authority in the settings`);
  if (call.hasWritten) return new ConnectorError('ambiguous', `the connection to ${where} was lost during a change: observe before repeating it`);
  return new ConnectorError('transient', `PostgreSQL at ${where} ${call.isStopped ? 'was not waited for' : `cannot be reached (${code === '' ? text : code})`}`);
}
