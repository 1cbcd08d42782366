import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Config } from './platform/config/index.ts';
import { randomToken } from './platform/crypto/index.ts';

interface Asset {
  readonly type: string;
  readonly plain: Buffer;
  readonly brotli: Buffer | null;
  readonly gzip: Buffer | null;
}

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
};

/** The addresses of the single-page app: the portal, page by page, and everything of the console. */
const pages = ['/', '/access', '/security', '/sessions', '/team', '/admin', '/admin/*'] as const;

/**
 * Serves the built console: hashed files that never change, and one page that carries a fresh nonce for its styles and the
 * language in which to speak. It says nothing about anybody; who is signed in, the API tells.
 */
export function serveConsole({ folder, config, languageOf }: { folder: string; config: Pick<Config, 'isSecure'>; /** One of those that we speak: it goes into the page as it is. */ languageOf: (request: FastifyRequest) => string }): FastifyPluginAsync {
  const assets = readAssets(path.join(folder, 'assets-console'));
  const html = read(path.join(folder, 'index.html'))?.toString('utf8') ?? null;
  const [before = '', after = ''] = html?.split('__CSP_NONCE__') ?? [];
  const inLanguage = (language: string): string => before.replace(/(?<=<html lang=")[^"]*/, language);
  // A proxy that speaks plain http to us must not make the browser ask for parts in the clear.
  const upgrade = config.isSecure ? '; upgrade-insecure-requests' : '';

  const sendPage = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    if (html === null) return reply.code(503).type('text/plain; charset=utf-8').send('the console is not built; run npm run build\n');
    const nonce = randomToken(128);
    reply.header(
      'content-security-policy',
      `default-src 'none'; script-src 'self'; style-src 'self' 'nonce-${nonce}'; img-src 'self' data:; connect-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'${upgrade}`,
    );
    // The nonce is for this answer alone: a stored copy would carry an old one.
    reply.header('cache-control', 'no-store').header('vary', 'accept-language, cookie');
    return reply.type('text/html; charset=utf-8').send(inLanguage(languageOf(request)) + nonce + after);
  };

  return async (app) => {
    for (const page of pages) app.get(page, sendPage);
    app.get('/assets-console/*', (request, reply) => {
      const asset = assets.get((request.params as { '*': string })['*']);
      if (!asset) return reply.callNotFound();
      reply.header('cache-control', 'public, max-age=31536000, immutable').header('vary', 'accept-encoding').type(asset.type);
      const accepted = acceptedEncodings(request.headers['accept-encoding']);
      if (asset.brotli && accepted.has('br')) return reply.header('content-encoding', 'br').send(asset.brotli);
      if (asset.gzip && accepted.has('gzip')) return reply.header('content-encoding', 'gzip').send(asset.gzip);
      return reply.send(asset.plain);
    });
  };
}

const acceptedEncodings = (header: string | string[] | undefined): ReadonlySet<string> =>
  new Set(
    String(header ?? '')
      .toLowerCase()
      .split(',')
      .map((part) => part.trim().split(/\s*;\s*q=/))
      .flatMap(([name, quality]) => (name && Number(quality ?? 1) > 0 ? [name] : [])),
  );

/** All of it in memory, by name: a request chooses among these and can name nothing else on the disk. */
function readAssets(folder: string): ReadonlyMap<string, Asset> {
  const names = list(folder).filter((name) => types[path.extname(name)] !== undefined);
  return new Map(names.map((name) => [name, { type: types[path.extname(name)]!, plain: read(path.join(folder, name)) ?? Buffer.alloc(0), brotli: read(path.join(folder, `${name}.br`)), gzip: read(path.join(folder, `${name}.gz`)) }]));
}

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function read(file: string): Buffer | null {
  try {
    return readFileSync(file);
  } catch {
    return null;
  }
}
