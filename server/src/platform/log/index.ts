import { pino, type Logger } from 'pino';

/** Structured log. Never hand it a secret; the redaction below is the second wall, not the first. */
export type Log = Logger;

const secretKeys = ['password', 'secret', 'token', 'authorization', 'cookie', 'code', 'code_verifier', 'client_secret', 'access_token', 'refresh_token', 'id_token', 'pass', 'key', 'private_key', 'seed', 'assertion'];

export function openLog(options: { level: string }): Log {
  return pino({
    level: options.level,
    base: null,
    redact: { paths: secretKeys.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: '[redacted]' },
    timestamp: pino.stdTimeFunctions.isoTime,
  });
}

export const silentLog: Log = pino({ level: 'silent' });
