import { createPublicKey, verify, type JsonWebKey, type KeyObject } from 'node:crypto';
import { seeded } from '../arithmetic.ts';
import { getRequest, headerOf, postRequest, type Reply } from './connection.ts';
import type { Scenario } from './drive.ts';
import { passwordSignIn } from './password-sign-in.ts';

/** What is asked, and what a right answer looks like. A wrong one is an error of the run, never a fast operation. */

export interface Asked {
  /** Latencies are kept under this name. */
  readonly name: string;
  readonly path: string;
  readonly bearer?: string;
  /** Of a list: how many items the answer has at least. */
  readonly itemsAtLeast?: number;
}

/** GETs, one after another. */
function reads({ asked }: { asked: readonly Asked[] }): Scenario {
  const prepared = asked.map((one) => ({ ...one, text: getRequest(one.path, one.bearer ? `authorization: Bearer ${one.bearer}\r\n` : '') }));
  let turn = 0;
  return {
    async once(connection) {
      const one = prepared[turn++ % prepared.length]!;
      const reply = await connection.request(one.text);
      expectStatus(reply, 200, one.path);
      if (one.itemsAtLeast !== undefined) {
        const { items } = JSON.parse(reply.body) as { items?: unknown[] };
        if (!Array.isArray(items) || items.length < one.itemsAtLeast) throw new Error(`${one.name} (${one.path}) answered ${items?.length ?? 'no'} items instead of ${one.itemsAtLeast}`);
      }
      return one.name;
    },
  };
}

function postForm({ path }: { path: string }): Scenario {
  const text = postRequest(path, 'grant_type=client_credentials&scope=read');
  return {
    async once(connection) {
      expectStatus(await connection.request(text), 200, path);
      return 'post';
    },
  };
}

export interface TokenSettings {
  readonly path: string;
  readonly clients: readonly { readonly id: string; readonly secret: string }[];
  readonly form: string;
  /** Null: opaque tokens. */
  readonly jwt: { readonly issuer: string; readonly audience: string; readonly keys: readonly JsonWebKey[] } | null;
}

/** client_credentials. Every identifier of a token is looked at (none may come twice), and the signature and claims of one in a hundred. */
function tokens({ path, clients, form, jwt }: TokenSettings): Scenario {
  const texts = clients.map(({ id, secret }) => postRequest(path, form, `authorization: Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}\r\n`));
  const keys = new Map<string, KeyObject>((jwt?.keys ?? []).map((key) => [String(key['kid']), createPublicKey({ key, format: 'jwk' })]));
  const seen = new Set<string>();
  let turn = 0;
  return {
    async once(connection) {
      const number = turn++;
      const reply = await connection.request(texts[number % texts.length]!);
      expectStatus(reply, 200, path);
      const token = /"access_token":"([^"]+)"/.exec(reply.body)?.[1];
      if (!token) throw new Error(`no access token in ${reply.body.slice(0, 200)}`);
      let unique = token;
      if (jwt) {
        const [head, payload, signature] = token.split('.') as [string, string, string];
        const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { jti: string; iss: string; aud: string; exp: number; client_id: string };
        unique = claims.jti;
        if (number % 100 === 0) {
          const { kid, alg } = JSON.parse(Buffer.from(head, 'base64url').toString()) as { kid: string; alg: string };
          const key = keys.get(kid);
          if (alg !== 'ES256' || !key) throw new Error(`a token is signed with an unknown key: ${alg} ${kid}`);
          if (!verify('sha256', Buffer.from(`${head}.${payload}`), { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'))) throw new Error('the signature of a token is wrong');
          if (claims.iss !== jwt.issuer || claims.aud !== jwt.audience || claims.exp * 1_000 < Date.now() || claims.client_id !== clients[number % clients.length]!.id) throw new Error(`the claims of a token are wrong: ${JSON.stringify(claims)}`);
        }
      }
      if (seen.has(unique)) throw new Error('the same token was given twice');
      seen.add(unique);
      return 'token';
    },
  };
}

export interface IntrospectionSettings {
  readonly path: string;
  readonly client: { readonly id: string; readonly secret: string };
  readonly tokens: readonly { readonly value: string; readonly isActive: boolean }[];
}

/** Introspection of tokens of which some were revoked; every answer is compared. */
function introspections({ path, client, tokens: given }: IntrospectionSettings): Scenario {
  const header = `authorization: Basic ${Buffer.from(`${encodeURIComponent(client.id)}:${encodeURIComponent(client.secret)}`).toString('base64')}\r\n`;
  const texts = given.map(({ value }) => postRequest(path, `token=${encodeURIComponent(value)}`, header));
  const roll = seeded(5);
  return {
    async once(connection) {
      const index = Math.floor(roll() * given.length);
      const reply = await connection.request(texts[index]!);
      expectStatus(reply, 200, path);
      const isActive = reply.body.includes('"active":true');
      if (isActive !== given[index]!.isActive) throw new Error(`${given[index]!.isActive ? 'a good' : 'a revoked'} token was reported ${isActive ? '' : 'in'}active`);
      return 'introspection';
    },
  };
}

export function expectStatus(reply: Reply, status: number, where: string): void {
  if (reply.status !== status) throw new Error(`${where} answered ${reply.status} instead of ${status}: ${(headerOf(reply, 'location') ?? reply.body).slice(0, 200)}`);
}

export const scenarios = { reads, postForm, tokens, introspections, passwordSignIn };
export type ScenarioName = keyof typeof scenarios;
