import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65_535);
const flag = z.enum(['true', 'false', '1', '0']).transform((value) => value === 'true' || value === '1');

/**
 * Every setting of the process. One schema: what is not here does not exist, and an unknown `BAILIWICK_` name
 * refuses to start, because a misspelt security setting that is silently ignored is a hole (ASVS 13.1).
 */
const schema = z.strictObject({
  BAILIWICK_URL: z
    .url({ protocol: /^https?$/, error: 'must be an address such as https://id.example.com' })
    .refine((value) => new URL(value).pathname === '/' && !new URL(value).search, 'must have no path and no query')
    .refine(
      (value) => value.startsWith('https:') || ['localhost', '127.0.0.1', '[::1]'].includes(new URL(value).hostname),
      'must begin with https:// unless the host is localhost',
    )
    .optional()
    .describe('Public address. Default: http://localhost:<port>.'),
  BAILIWICK_PORT: port.default(8080).describe('TCP port to listen on; 0 picks a free one.'),
  BAILIWICK_HOST: z.string().default('127.0.0.1').describe('Address to listen on. Behind a proxy on another host: 0.0.0.0.'),
  BAILIWICK_DATA: z.string().min(1).default('./data').describe('Folder for the embedded PostgreSQL, the key file and the audit checkpoints.'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must begin with postgresql://')
    .optional()
    .describe('Use this PostgreSQL (15 or newer) instead of the embedded one.'),
  BAILIWICK_KEY_FILE: z.string().min(1).optional().describe('Master keys; outside the database. Default: <data>/keys.json.'),
  BAILIWICK_TRUSTED_PROXIES: z.string().optional().describe('Comma-separated addresses or networks whose X-Forwarded-* headers are believed. Default: none.'),
  BAILIWICK_CERTIFICATE_PORT: port.optional().describe('TCP port of our own TLS listener that asks for a client certificate. Default: none. Needs both BAILIWICK_CERTIFICATE_TLS_ files.'),
  BAILIWICK_CERTIFICATE_TLS_KEY_FILE: z.string().min(1).optional().describe('Private key (PEM) of that listener.'),
  BAILIWICK_CERTIFICATE_TLS_CERTIFICATE_FILE: z.string().min(1).optional().describe('Its certificate with intermediates (PEM). Read again when the file changes.'),
  BAILIWICK_CERTIFICATE_HEADER: z
    .string()
    .regex(/^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$/, 'must be the name of a header, letters, digits and dashes, such as Client-Cert')
    .optional()
    .describe('Header in which a trusted proxy passes the client certificate: `Client-Cert` as RFC 9440 writes it, any other name as the escaped PEM of nginx. Default: none; no header is believed. Needs BAILIWICK_TRUSTED_PROXIES.'),
  BAILIWICK_CERTIFICATE_URL: z
    .url({ protocol: /^https?$/, error: 'must be an address such as https://certificate.example.com' })
    .refine((value) => new URL(value).pathname === '/' && !new URL(value).search, 'must have no path and no query')
    .refine((value) => value.startsWith('https:') || ['localhost', '127.0.0.1', '[::1]'].includes(new URL(value).hostname), 'must begin with https:// unless the host is localhost')
    .optional()
    .describe('Public address at which browsers are asked for a certificate. Default: the host of BAILIWICK_URL at BAILIWICK_CERTIFICATE_PORT, or BAILIWICK_URL where a proxy asks.'),
  BAILIWICK_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info').describe('How much is logged.'),
  BAILIWICK_ORGANISATION: z.string().min(1).max(80).default('Your company').describe('Name shown on sign-in pages and in mail.'),
  BAILIWICK_SMTP_URL: z.string().regex(/^smtps?:\/\//, 'must begin with smtp:// or smtps://').optional().describe('Mail server. Default: none; mail waits on the outbox page.'),
  BAILIWICK_MAIL_FROM: z.email().default('bailiwick@localhost.localdomain').describe('Sender of mail.'),
  BAILIWICK_PASSWORD_HASHES_IN_FLIGHT: z.coerce.number().int().min(1).max(64).optional().describe('Password hashes computed at once. Default: number of processors.'),
  BAILIWICK_RATE_LIMITS: flag.default(true).describe('Address rate limits. Switch off only for measurements on a closed machine.'),
  BAILIWICK_PRACTICE_SYSTEMS: flag.default(false).describe('Offers the practice connector, a system that stalls and fails on purpose; for drills and measurements.'),
  BAILIWICK_FIDO_ROOT_FILE: z.string().min(1).optional().describe('PEM file of roots that imported FIDO metadata must be signed under. Default: the root of the FIDO Alliance.'),
  BAILIWICK_GEOIP_FILE: z.string().min(1).optional().describe('GeoIP city database (MaxMind DB format: GeoLite2, DB-IP, IPinfo) for city and country beside addresses. Default: none; none is shipped.'),
  BAILIWICK_METRICS_TOKEN: z.string().min(16).optional().describe('Bearer token for /metrics. Default: only loopback may read it.'),
});

/** The way in for client certificates: our own listener, or a header of a trusted proxy. */
export interface CertificateDoor {
  readonly url: URL;
  readonly listener: { readonly port: number; readonly keyFile: string; readonly certificateFile: string } | null;
  /** In lower case. */
  readonly header: string | null;
}

export type Settings = z.output<typeof schema>;

export interface Config {
  readonly url: URL;
  /** Where Secure cookies and `__Host-` are possible: everywhere but plain http on loopback. */
  readonly isSecure: boolean;
  readonly port: number;
  readonly host: string;
  readonly dataFolder: string;
  readonly databaseUrl: string | null;
  readonly keyFile: string;
  readonly trustedProxies: readonly string[];
  /** Null: nobody signs in with a certificate here. */
  readonly certificateDoor: CertificateDoor | null;
  readonly logLevel: string;
  readonly organisation: string;
  readonly smtpUrl: string | null;
  readonly mailFrom: string;
  readonly passwordHashesInFlight: number | null;
  readonly hasRateLimits: boolean;
  readonly metricsToken: string | null;
  readonly geoipFile: string | null;
  readonly hasPracticeSystems: boolean;
  /** Null: the root of the FIDO Alliance. */
  readonly fidoRootFile: string | null;
  readonly version: string;
}

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Reads the settings, or throws a ConfigError that names each wrong one and what is right. */
export function loadConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  const names = Object.keys(schema.shape);
  const unknown = Object.keys(env).filter((name) => name.startsWith('BAILIWICK_') && !names.includes(name) && !testNames.has(name));
  const given = Object.fromEntries(names.flatMap((name) => (env[name] === undefined || env[name] === '' ? [] : [[name, env[name]]])));
  const parsed = schema.safeParse(given);
  const problems = [
    ...unknown.map((name) => `${name} is not a setting; known are ${names.join(', ')}`),
    ...(parsed.success ? problemsOfCertificateDoor(parsed.data) : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)),
  ];
  if (problems.length > 0 || !parsed.success) throw new ConfigError(`cannot start with these settings:\n${problems.map((line) => `  ${line}`).join('\n')}`);

  const s = parsed.data;
  const url = new URL(s.BAILIWICK_URL ?? `http://localhost:${s.BAILIWICK_PORT}`);
  const dataFolder = path.resolve(s.BAILIWICK_DATA);
  return {
    url,
    isSecure: url.protocol === 'https:',
    port: s.BAILIWICK_PORT,
    host: s.BAILIWICK_HOST,
    dataFolder,
    databaseUrl: s.DATABASE_URL ?? null,
    keyFile: path.resolve(s.BAILIWICK_KEY_FILE ?? path.join(dataFolder, 'keys.json')),
    trustedProxies: (s.BAILIWICK_TRUSTED_PROXIES ?? '').split(',').map((part) => part.trim()).filter(Boolean),
    certificateDoor: certificateDoorOf(s, url),
    logLevel: s.BAILIWICK_LOG_LEVEL,
    organisation: s.BAILIWICK_ORGANISATION,
    smtpUrl: s.BAILIWICK_SMTP_URL ?? null,
    mailFrom: s.BAILIWICK_MAIL_FROM,
    passwordHashesInFlight: s.BAILIWICK_PASSWORD_HASHES_IN_FLIGHT ?? null,
    hasRateLimits: s.BAILIWICK_RATE_LIMITS,
    metricsToken: s.BAILIWICK_METRICS_TOKEN ?? null,
    geoipFile: s.BAILIWICK_GEOIP_FILE === undefined ? null : path.resolve(s.BAILIWICK_GEOIP_FILE),
    hasPracticeSystems: s.BAILIWICK_PRACTICE_SYSTEMS,
    fidoRootFile: s.BAILIWICK_FIDO_ROOT_FILE ?? null,
    version: version(),
  };
}

function problemsOfCertificateDoor(s: Settings): readonly string[] {
  const files = [s.BAILIWICK_CERTIFICATE_TLS_KEY_FILE, s.BAILIWICK_CERTIFICATE_TLS_CERTIFICATE_FILE].filter(Boolean).length;
  return [
    ...(s.BAILIWICK_CERTIFICATE_PORT !== undefined && files < 2 ? ['BAILIWICK_CERTIFICATE_PORT: needs BAILIWICK_CERTIFICATE_TLS_KEY_FILE and BAILIWICK_CERTIFICATE_TLS_CERTIFICATE_FILE'] : []),
    ...(s.BAILIWICK_CERTIFICATE_PORT === undefined && files > 0 ? ['BAILIWICK_CERTIFICATE_TLS_KEY_FILE and BAILIWICK_CERTIFICATE_TLS_CERTIFICATE_FILE: need BAILIWICK_CERTIFICATE_PORT'] : []),
    ...(s.BAILIWICK_CERTIFICATE_HEADER !== undefined && !s.BAILIWICK_TRUSTED_PROXIES ? ['BAILIWICK_CERTIFICATE_HEADER: needs BAILIWICK_TRUSTED_PROXIES, the addresses of the proxy that sets it; from anybody else it would be a forgery'] : []),
    ...(s.BAILIWICK_CERTIFICATE_HEADER !== undefined && s.BAILIWICK_CERTIFICATE_PORT !== undefined ? ['BAILIWICK_CERTIFICATE_HEADER: is for a proxy in place of BAILIWICK_CERTIFICATE_PORT; set one of the two'] : []),
    ...(s.BAILIWICK_CERTIFICATE_HEADER !== undefined && ownHeaders.includes(s.BAILIWICK_CERTIFICATE_HEADER.toLowerCase()) ? [`BAILIWICK_CERTIFICATE_HEADER: ${s.BAILIWICK_CERTIFICATE_HEADER} means something else; choose a name of its own, such as Client-Cert`] : []),
    ...(s.BAILIWICK_CERTIFICATE_URL !== undefined && s.BAILIWICK_CERTIFICATE_HEADER === undefined && s.BAILIWICK_CERTIFICATE_PORT === undefined ? ['BAILIWICK_CERTIFICATE_URL: needs BAILIWICK_CERTIFICATE_PORT or BAILIWICK_CERTIFICATE_HEADER'] : []),
  ];
}

/** Names that requests carry for other reasons: the door strips the header it believes, and a wrong name would blind the rest. */
const ownHeaders = ['host', 'cookie', 'authorization', 'origin', 'accept', 'accept-language', 'content-type', 'content-length', 'user-agent', 'x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'x-csrf-token', 'sec-fetch-site'];

function certificateDoorOf(s: Settings, url: URL): CertificateDoor | null {
  const { BAILIWICK_CERTIFICATE_PORT: doorPort, BAILIWICK_CERTIFICATE_HEADER: header } = s;
  if (doorPort === undefined && header === undefined) return null;
  return {
    url: new URL(s.BAILIWICK_CERTIFICATE_URL ?? (doorPort === undefined ? url : `https://${url.hostname}:${doorPort}`)),
    listener: doorPort === undefined ? null : { port: doorPort, keyFile: path.resolve(s.BAILIWICK_CERTIFICATE_TLS_KEY_FILE!), certificateFile: path.resolve(s.BAILIWICK_CERTIFICATE_TLS_CERTIFICATE_FILE!) },
    header: header?.toLowerCase() ?? null,
  };
}

/** Name, default and meaning of each setting, for the generated reference. */
export function describeSettings(): readonly { name: string; meaning: string; default: string }[] {
  return Object.entries(schema.shape).map(([name, type]) => {
    const meaning = type.description ?? '';
    const parsed = (type as z.ZodType).safeParse(undefined);
    return { name, meaning, default: parsed.success && parsed.data !== undefined ? String(parsed.data) : '' };
  });
}

/** Names with our prefix that belong to tests and tools, not to the server. */
const testNames = new Set(['BAILIWICK_HR_FILES']);

const version = (): string => (JSON.parse(readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8')) as { version: string }).version;
