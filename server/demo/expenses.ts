import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as jose from 'jose';
import * as openid from 'openid-client';

/*
 * An application of somebody else that signs people in through Bailiwick: a web page of its own, its own cookie, and
 * openid-client (which we did not write) for the protocol. The one of the demo, and of the journeys.
 */

export interface Expenses {
  readonly origin: string;
  readonly redirectUri: string;
  readonly initiateUri: string;
  readonly backchannelLogoutUri: string;
  readonly signedOutUri: string;
  /** Once Bailiwick has named the client. */
  connect(settings: { readonly issuer: string; readonly clientId: string; readonly clientSecret: string }): Promise<void>;
  /** Who is signed in, and with what. */
  readonly sessions: () => readonly ExpensesSession[];
  /** Logout tokens that came through the back channel. */
  readonly logouts: () => readonly { readonly subject: string | null; readonly sessionId: string | null }[];
  readonly configuration: () => openid.Configuration;
  close(): Promise<void>;
}

export interface ExpensesSession {
  readonly cookie: string;
  readonly claims: openid.IDToken;
  readonly userinfo: openid.UserInfoResponse;
  readonly accessToken: string;
  readonly refreshToken: string | null;
  readonly idToken: string;
}

const cookieName = 'expenses';
const escaped = (text: unknown): string => String(text ?? '').replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign]!);

export async function startExpenses(options: { readonly port?: number; readonly scope?: string } = {}): Promise<Expenses> {
  let configuration: openid.Configuration | null = null;
  let keys: ReturnType<typeof jose.createRemoteJWKSet> | null = null;
  let clientId = '';
  const started = new Map<string, { verifier: string; state: string; nonce: string }>();
  const sessions = new Map<string, ExpensesSession>();
  const logouts: { subject: string | null; sessionId: string | null }[] = [];
  let origin = '';

  const config = (): openid.Configuration => {
    if (configuration === null) throw new Error('Expenses is not connected to Bailiwick yet');
    return configuration;
  };

  function show(response: ServerResponse, content: string, status = 200, headers: Record<string, string> = {}): void {
    response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'", ...headers });
    response.end(`<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Expenses</title><style>body{font:16px/1.5 system-ui;max-width:40rem;margin:4rem auto;padding:0 1rem;color:#1d2733}h1{color:#0b6e4f}dt{color:#667}dd{margin:0 0 .6rem;font-weight:600;overflow-wrap:anywhere}a,button{color:#0b6e4f}</style><h1>Expenses</h1>${content}</html>`);
  }
  const cookieOf = (request: IncomingMessage): string => new RegExp(`(?:^|; )${cookieName}=([^;]+)`).exec(request.headers.cookie ?? '')?.[1] ?? '';

  async function beginSignIn(response: ServerResponse): Promise<void> {
    const verifier = openid.randomPKCECodeVerifier();
    const flow = { verifier, state: openid.randomState(), nonce: openid.randomNonce() };
    const id = randomBytes(16).toString('hex');
    started.set(id, flow);
    const target = openid.buildAuthorizationUrl(config(), { redirect_uri: `${origin}/callback`, scope: options.scope ?? 'openid profile email offline_access', code_challenge: await openid.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256', state: flow.state, nonce: flow.nonce });
    response.writeHead(303, { location: target.href, 'set-cookie': `${cookieName}=${id}; Path=/; HttpOnly; SameSite=Lax` }).end();
  }

  async function finishSignIn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const flow = started.get(cookieOf(request));
    if (!flow) return show(response, '<p>The sign-in was begun in another browser. <a href="/">Begin again</a></p>', 400);
    started.delete(cookieOf(request));
    const tokens = await openid.authorizationCodeGrant(config(), new URL(request.url ?? '/', origin), { pkceCodeVerifier: flow.verifier, expectedState: flow.state, expectedNonce: flow.nonce, idTokenExpected: true });
    const claims = tokens.claims()!;
    const userinfo = await openid.fetchUserInfo(config(), tokens.access_token, claims.sub);
    const cookie = randomBytes(16).toString('hex');
    sessions.set(cookie, { cookie, claims, userinfo, accessToken: tokens.access_token, refreshToken: tokens.refresh_token ?? null, idToken: tokens.id_token! });
    response.writeHead(303, { location: '/', 'set-cookie': `${cookieName}=${cookie}; Path=/; HttpOnly; SameSite=Lax` }).end();
  }

  async function hearLogout(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const part of request) body += String(part);
    const { payload } = await jose.jwtVerify(new URLSearchParams(body).get('logout_token') ?? '', keys!, { issuer: config().serverMetadata().issuer, audience: clientId, typ: 'logout+jwt' });
    const sessionId = typeof payload['sid'] === 'string' ? payload['sid'] : null;
    logouts.push({ subject: payload.sub ?? null, sessionId });
    for (const [cookie, session] of sessions) if ((sessionId !== null && session.claims['sid'] === sessionId) || (sessionId === null && session.claims.sub === payload.sub)) sessions.delete(cookie);
    response.writeHead(200).end();
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://expenses');
    if (pathname === '/sign-in') return beginSignIn(response);
    if (pathname === '/callback') return finishSignIn(request, response);
    if (pathname === '/backchannel-logout' && request.method === 'POST') return hearLogout(request, response);
    const session = sessions.get(cookieOf(request));
    if (pathname === '/sign-out' && session) {
      sessions.delete(session.cookie);
      return void response.writeHead(303, { location: openid.buildEndSessionUrl(config(), { id_token_hint: session.idToken, post_logout_redirect_uri: `${origin}/signed-out` }).href }).end();
    }
    if (pathname === '/signed-out') return show(response, '<p>You are signed out here and at Bailiwick. <a href="/sign-in">Sign in</a></p>');
    if (!session) return show(response, '<p>Nobody is signed in.</p><p><a href="/sign-in">Sign in with Bailiwick</a></p>');
    const { name, email, sub } = session.userinfo;
    return show(response, `<p>Good day, <strong>${escaped(name)}</strong>.</p><dl><dt>E-mail</dt><dd>${escaped(email)}</dd><dt>Subject</dt><dd>${escaped(sub)}</dd><dt>Assurance (acr)</dt><dd>${escaped(session.claims.acr)}</dd><dt>Methods (amr)</dt><dd>${escaped([session.claims.amr ?? []].flat().join(', '))}</dd></dl><p><a href="/sign-out">Sign out everywhere</a></p>`);
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => show(response, `<p>Signing in did not work: ${escaped((error as Error).message)}</p><p><a href="/">Back</a></p>`, 500));
  });
  await new Promise<void>((resolve, reject) => { server.once('error', reject); server.listen(options.port ?? 0, '127.0.0.1', resolve); });
  origin = `http://localhost:${(server.address() as AddressInfo).port}`;

  return {
    origin,
    redirectUri: `${origin}/callback`,
    initiateUri: `${origin}/sign-in`,
    backchannelLogoutUri: `${origin}/backchannel-logout`,
    signedOutUri: `${origin}/signed-out`,
    async connect(settings) {
      clientId = settings.clientId;
      // Loopback only: elsewhere openid-client insists on https, and it is right.
      configuration = await openid.discovery(new URL(settings.issuer), settings.clientId, { [openid.clockTolerance]: 60 }, openid.ClientSecretBasic(settings.clientSecret), { execute: [openid.allowInsecureRequests] });
      keys = jose.createRemoteJWKSet(new URL(configuration.serverMetadata().jwks_uri!));
    },
    sessions: () => [...sessions.values()],
    logouts: () => logouts,
    configuration: config,
    close: () => new Promise((resolve) => { server.closeAllConnections(); server.close(() => resolve()); }),
  };
}
