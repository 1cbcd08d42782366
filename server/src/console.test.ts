import fastify from 'fastify';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { speakerFor } from './authentication/index.ts';
import { serveConsole } from './console.ts';
import { languagesOf } from './platform/http/index.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'bailiwick-console-'));
mkdirSync(path.join(folder, 'assets-console'));
copyFileSync(new URL('../../console/index.html', import.meta.url), path.join(folder, 'index.html'));
writeFileSync(path.join(folder, 'secret.txt'), 'not an asset');
for (const [name, text] of [['index-1.js', 'plain'], ['index-1.js.br', 'brotli'], ['index-1.js.gz', 'zipped']] as const) writeFileSync(path.join(folder, 'assets-console', name), text);

const languageOf = (request: Parameters<typeof languagesOf>[0]): string => speakerFor(languagesOf(request)).language;
const app = fastify();
await app.register(serveConsole({ folder, config: { isSecure: true }, languageOf }));
afterAll(async () => {
  await app.close();
  rmSync(folder, { recursive: true });
});

it('every answer carries its own nonce, no cookie, and a policy without inline script', async () => {
  const [one, two] = [await app.inject('/'), await app.inject('/admin/people/018f?tab=access')];
  const nonceOf = (answer: typeof one): string => /'nonce-([^']+)'/.exec(String(answer.headers['content-security-policy']))?.[1] ?? '';
  expect(one.body).toContain(`content="${nonceOf(one)}"`);
  expect(nonceOf(one)).not.toBe(nonceOf(two));
  expect(one.headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'; style-src 'self' 'nonce-");
  expect(one.headers['content-security-policy']).not.toContain('unsafe');
  expect(one.headers['set-cookie']).toBeUndefined();
  expect(one.headers['cache-control']).toBe('no-store');
});

it('the page says which language was chosen on ours, else which of them the browser asks for, else English', async () => {
  const pageFor = async (headers: Record<string, string>) => app.inject({ url: '/security', headers });
  const languageFor = async (headers: Record<string, string>): Promise<string | undefined> => /^<!doctype html>\n<html lang="([^"]*)">/.exec((await pageFor(headers)).body)?.[1];
  expect(await languageFor({})).toBe('en');
  for (const [asked, language] of [['de-AT,en;q=0.5', 'de'], ['ja,fr;q=0.2', 'fr'], ['es-MX', 'es'], ['ja', 'en'], ['"><script>', 'en'], ['__proto__', 'en']] as const) expect(await languageFor({ 'accept-language': asked }), asked).toBe(language);
  expect(await languageFor({ 'accept-language': 'de', 'cookie': '__Host-bailiwick-language=fr' })).toBe('fr');
  const page = await pageFor({ 'accept-language': 'de' });
  expect(page.headers['vary']).toBe('accept-language, cookie');
  expect(page.body, 'the nonce stands where it stood').toMatch(/<meta name="csp-nonce" content="[\w-]{20,}" \/>/);
});

it('hashed files are kept for ever, in the best encoding that the browser takes', async () => {
  const asked = async (encoding: string) => app.inject({ url: '/assets-console/index-1.js', headers: { 'accept-encoding': encoding } });
  expect((await asked('gzip, deflate, br')).body).toBe('brotli');
  expect((await asked('gzip, br;q=0')).body).toBe('zipped');
  const plain = await asked('identity');
  expect(plain.body).toBe('plain');
  expect(plain.headers).toMatchObject({ 'cache-control': 'public, max-age=31536000, immutable', 'vary': 'accept-encoding' });
});

it('nothing beside the built files can be named', async () => {
  for (const url of ['/assets-console/../secret.txt', '/assets-console/..%2fsecret.txt', '/assets-console/%2e%2e/secret.txt', '/assets-console/index-2.js', '/somewhere']) expect((await app.inject(url)).statusCode).toBe(404);
});

it('a console that was not built says so', async () => {
  const bare = fastify();
  await bare.register(serveConsole({ folder: path.join(folder, 'nothing'), config: { isSecure: false }, languageOf }));
  expect((await bare.inject('/')).statusCode).toBe(503);
  await bare.close();
});
