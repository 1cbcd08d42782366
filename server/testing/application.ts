import { createHash, randomBytes } from 'node:crypto';
import type { Visitor } from './visitor.ts';

export interface Tokens {
  readonly access_token: string;
  readonly refresh_token?: string;
  readonly id_token?: string;
}

const callback = 'https://wiki.linden.example/callback';

/** A confidential application that signs people in by code, over the real doors. */
export async function addApplication(administrator: Visitor, name: string) {
  const client = await administrator.api<{ clientId: string; clientSecret: string; applicationId: string }>('POST', '/api/v1/clients', { name, redirectUris: [callback], grantTypes: ['authorization_code', 'refresh_token'] });
  const authorization = `Basic ${Buffer.from(`${client.clientId}:${client.clientSecret}`).toString('base64')}`;
  const { origin } = administrator;

  async function post(path: string, form: Record<string, string>): Promise<{ status: number; body: Record<string, unknown> }> {
    const reply = await fetch(origin + path, { method: 'POST', headers: { authorization }, body: new URLSearchParams(form) });
    const text = await reply.text();
    return { status: reply.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
  }

  return {
    ...client,
    post,
    async enter(who: Visitor, scope = 'openid'): Promise<Tokens> {
      const verifier = randomBytes(32).toString('base64url');
      const asked = new URLSearchParams({ client_id: client.clientId, response_type: 'code', redirect_uri: callback, scope, code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256', ...(scope.includes('offline_access') ? { prompt: 'consent' } : {}) });
      const reply = await who.go(`/oauth2/authorize?${asked}`);
      const code = reply.at.startsWith(callback) ? new URL(reply.at).searchParams.get('code') : null;
      if (code === null) throw new Error(`the sign-in to ${name} ended at ${reply.at} with ${reply.status}: ${reply.text.slice(0, 300)}`);
      const answer = await post('/oauth2/token', { grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: verifier });
      if (answer.status !== 200) throw new Error(`no token: ${JSON.stringify(answer.body)}`);
      return answer.body as unknown as Tokens;
    },
    /** What refresh, introspection and userinfo say: true where the token works. */
    async works(tokens: Tokens): Promise<{ refresh: boolean; introspection: boolean; userinfo: boolean }> {
      const [introspection, userinfo] = await Promise.all([post('/oauth2/introspect', { token: tokens.access_token }), fetch(`${origin}/oauth2/userinfo`, { headers: { authorization: `Bearer ${tokens.access_token}` } })]);
      const refresh = await post('/oauth2/token', { grant_type: 'refresh_token', refresh_token: tokens.refresh_token! });
      return { refresh: refresh.status === 200, introspection: introspection.body['active'] === true, userinfo: userinfo.status === 200 };
    },
  };
}
