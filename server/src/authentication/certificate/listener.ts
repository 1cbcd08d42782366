import { readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { constants } from 'node:crypto';
import { createSecureContext, type TLSSocket } from 'node:tls';
import { ConfigError } from '../../platform/config/index.ts';
import { minutes } from '../../platform/clock/index.ts';
import { every } from '../../platform/jobs/index.ts';
import { networkOf, type PresentedCertificate } from '../../platform/http/index.ts';
import { Refusal } from '../../platform/errors/index.ts';
import type { Needs } from '../needs.ts';
import { answerCertificate } from './prove-certificate.ts';
import { pemOf } from './read-certificate.ts';
import { listIssuers } from './store.ts';

type ListenerNeeds = Pick<Needs, 'clock' | 'database' | 'announce' | 'mailer' | 'config' | 'countSignIn' | 'log' | 'rateLimits'>;

/** Tries of one address in a minute: each may ask a responder far away. */
export const triesPerMinute = 60;
const renewMs = minutes(1);

/**
 * The certificate door at a port of its own. It asks every browser for a certificate in the handshake, which would be a nuisance
 * at the sign-in page; it knows one address and shows no page: whatever happened, the way leads back to BAILIWICK_URL.
 *
 * A browser without a certificate is let through the handshake, so that it can be told what to do. Every visit is a new handshake
 * (no tickets, no kept connections): the key has signed now, not at some earlier time (63B-4 3.2.5.1, channel binding).
 */
export function openCertificateListener(needs: ListenerNeeds): { listen(): Promise<void>; close(): Promise<void>; /** Takes in changed files and issuers; happens by itself every minute. */ renew(): Promise<void>; readonly port: number } {
  const { config, database, log, rateLimits } = needs;
  const { port, keyFile, certificateFile } = config.certificateDoor!.listener!;
  let server: Server | null = null;
  let stop: (() => Promise<void>) | null = null;
  let seen = '';

  /** Names of the listed authorities go out with the question, so that browsers offer the right certificate. */
  async function context() {
    const issuers = await database.read(listIssuers);
    const files = [keyFile, certificateFile].map((file) => statSync(file).mtimeMs);
    return { mark: JSON.stringify([files, issuers.map((one) => one.id)]), issuers };
  }
  const secrets = (issuers: Awaited<ReturnType<typeof context>>['issuers']) => ({
    key: readFileSync(keyFile),
    cert: readFileSync(certificateFile),
    minVersion: 'TLSv1.2' as const,
    secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
    ...(issuers.length > 0 ? { ca: issuers.map((one) => pemOf(one.certificate.der)) } : {}),
  });

  /** At the start wrong files stop the process, with the setting that names them. */
  async function opened() {
    const { mark, issuers } = await context().catch((error: unknown) => {
      if ((error as { syscall?: string }).syscall === undefined) throw error;
      throw new ConfigError(`the certificate listener cannot start: ${(error as Error).message}; check BAILIWICK_CERTIFICATE_TLS_KEY_FILE and BAILIWICK_CERTIFICATE_TLS_CERTIFICATE_FILE`);
    });
    const options = secrets(issuers);
    try {
      createSecureContext(options);
    } catch (error) {
      throw new ConfigError(`the certificate listener cannot start: BAILIWICK_CERTIFICATE_TLS_KEY_FILE and BAILIWICK_CERTIFICATE_TLS_CERTIFICATE_FILE are no key and certificate that belong together (${(error as Error).message})`);
    }
    seen = mark;
    return { issuers, options };
  }

  async function renew(): Promise<void> {
    try {
      const { mark, issuers } = await context();
      if (mark === seen) return;
      server?.setSecureContext(secrets(issuers));
      seen = mark;
    } catch (error) {
      log.warn({ err: error }, 'the certificate listener keeps what it has: its files or the list of issuers could not be read');
    }
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const leave = (to: string): void => {
      response.writeHead(303, { 'location': to, 'connection': 'close', 'cache-control': 'no-store', 'referrer-policy': 'no-referrer', 'strict-transport-security': 'max-age=63072000', 'content-security-policy': "default-src 'none'; frame-ancestors 'none'", 'x-content-type-options': 'nosniff' });
      response.end();
    };
    const home = (path: string): string => new URL(path, config.url).href;
    const url = URL.parse(request.url ?? '', config.certificateDoor!.url);
    const ask = url?.searchParams.get('ask') ?? '';
    const address = request.socket.remoteAddress ?? 'unknown';
    if (request.method !== 'GET' || url?.pathname !== '/sign-in/certificate' || ask.length > 100) return leave(home('/sign-in'));
    await rateLimits.take(`certificate ${networkOf(address)}`, triesPerMinute, 60);
    leave(await answerCertificate(needs, ask, presentedBy(request.socket as TLSSocket), { address }));
  }

  return {
    renew,
    get port() {
      const address = server?.address();
      return typeof address === 'object' && address ? address.port : port;
    },
    async listen() {
      const { issuers, options } = await opened();
      server = createServer({ ...options, requestCert: true, rejectUnauthorized: false, ALPNProtocols: ['http/1.1'], maxHeaderSize: 16_384, requestTimeout: 30_000, headersTimeout: 20_000, handshakeTimeout: minutes(2) }, (request, response) => {
        serve(request, response).catch((error: unknown) => {
          if (response.headersSent) return void response.destroy();
          if (!(error instanceof Refusal)) log.error({ err: error }, 'the certificate door could not answer');
          response.writeHead(error instanceof Refusal && error.kind === 'too_many' ? 429 : 503, { 'content-type': 'text/plain; charset=utf-8', 'connection': 'close', 'retry-after': '30' });
          response.end(error instanceof Refusal ? `${error.message}\n` : 'the certificate cannot be checked at this moment; go back and try again\n');
        });
      });
      server.maxRequestsPerSocket = 1;
      server.on('clientError', (_error, socket) => socket.destroy());
      server.on('tlsClientError', () => undefined);
      await new Promise<void>((resolve, reject) => {
        server!.once('error', (error: Error & { code?: string }) => reject(error.code === 'EADDRINUSE' ? new ConfigError(`BAILIWICK_CERTIFICATE_PORT: port ${port} is in use; set a free one`) : error));
        server!.listen(port, config.host, () => {
          server!.removeAllListeners('error');
          resolve();
        });
      });
      stop = every(renewMs, renew);
      log.info({ port: this.port, issuers: issuers.length }, 'the certificate door is open');
    },
    async close() {
      await stop?.();
      const closing = server;
      if (!closing) return;
      closing.closeAllConnections();
      await new Promise<void>((resolve) => closing.close(() => resolve()));
    },
  };
}

/** The certificate whose key signed this handshake, and what came with it. */
function presentedBy(socket: TLSSocket): PresentedCertificate {
  const first = socket.getPeerX509Certificate();
  if (!first) return { is: 'none' };
  const chain: Buffer[] = [];
  for (let next = first.issuerCertificate; next && chain.length < 8; next = next.issuerCertificate) {
    if (chain.some((one) => one.equals(next!.raw))) break;
    chain.push(next.raw);
  }
  return { is: 'presented', certificate: first.raw, chain };
}
