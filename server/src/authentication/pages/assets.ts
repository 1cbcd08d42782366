import type { FastifyPluginAsync } from 'fastify';
import { readFileSync } from 'node:fs';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { sha256 } from '../../platform/crypto/index.ts';

interface Asset {
  readonly path: string;
  readonly type: string;
  readonly plain: Buffer;
  readonly gzip: Buffer;
  readonly brotli: Buffer;
}

function load(name: string, type: string): Asset {
  const plain = readFileSync(new URL(`./${name}`, import.meta.url));
  const [stem = '', extension = ''] = name.split('.');
  // The name changes with the content, so that browsers may keep it for ever.
  return { path: `/assets/${stem}-${sha256(plain).toString('hex').slice(0, 10)}.${extension}`, type, plain, gzip: gzipSync(plain, { level: 9 }), brotli: brotliCompressSync(plain) };
}

export const style = load('sign-in.css', 'text/css; charset=utf-8');
export const script = load('sign-in.js', 'text/javascript; charset=utf-8');
export const pushWaitScript = load('push-wait.js', 'text/javascript; charset=utf-8');
export const pushScript = load('push.js', 'text/javascript; charset=utf-8');
export const pushStyle = load('push.css', 'text/css; charset=utf-8');

/** Style and script of the server-rendered pages; compressed once. They hold no secret and need no session. */
export const assets: FastifyPluginAsync = async (app) => {
  for (const asset of [style, script, pushWaitScript, pushScript, pushStyle]) {
    app.get(asset.path, (request, reply) => {
      const accepted = String(request.headers['accept-encoding'] ?? '');
      const encoding = /\bbr\b/.test(accepted) ? 'br' : /\bgzip\b/.test(accepted) ? 'gzip' : null;
      if (encoding) reply.header('content-encoding', encoding);
      return reply
        .header('cache-control', 'public, max-age=31536000, immutable')
        .header('vary', 'accept-encoding')
        .type(asset.type)
        .send(encoding === 'br' ? asset.brotli : encoding === 'gzip' ? asset.gzip : asset.plain);
    });
  }
};
