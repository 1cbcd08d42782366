import { Secret, TOTP } from 'otpauth';
import type { Clock } from '../src/platform/clock/index.ts';
import { softwareAuthenticator, type CreationOptions, type RequestOptions, type SoftwareAuthenticator } from './software-authenticator.ts';

/** What a person knows and has. The authenticator app remembers which code it showed last: a code works once. */
export interface Credentials {
  readonly username: string;
  password: string;
  /** Base32, as the enrolment page shows it; null while none is set up. */
  totpSecret: string | null;
  recoveryCodes: readonly string[];
}

export interface Reply {
  readonly status: number;
  /** Path and query of the page that one ends on. */
  readonly at: string;
  readonly text: string;
  readonly headers: Headers;
}

/** The product said no. */
export class RequestRefused extends Error {
  readonly status: number;
  readonly code: string;
  constructor(request: string, status: number, body: string) {
    let problem: { code?: string; detail?: string; errors?: { path: string; message: string }[] } = {};
    try {
      problem = JSON.parse(body) as typeof problem;
    } catch {
      // Not a problem document: the text says it.
    }
    super(`${request} answered ${status}: ${problem.detail ?? body.slice(0, 300)}${(problem.errors ?? []).map((one) => `; ${one.path}: ${one.message}`).join('')}`);
    this.status = status;
    this.code = problem.code ?? '';
  }
}

/** Keys that somebody had to set up on the way. */
const keys = new WeakMap<Credentials, SoftwareAuthenticator>();

/** Somebody at a browser without script: keeps cookies, fills the real forms, and calls the API as the console does. */
export function visitor(origin: string, clock: Clock, options: { readonly bearer?: string; readonly userAgent?: string; /** With every request. */ readonly headers?: Readonly<Record<string, string>>; /** Where passkeys belong to, if not here. */ readonly passkeyOrigin?: string; readonly wait?: (ms: number) => Promise<void>; /** Of the same browser at another node. */ readonly cookies?: Map<string, string> } = {}) {
  const cookies = options.cookies ?? new Map<string, string>();
  let lastPage = '';
  let csrfToken: string | null = null;
  const lastSteps = new Map<string, number>();

  async function send(method: string, path: string, body?: BodyInit, headers: Record<string, string> = {}): Promise<Response> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(new URL(path, origin), {
      method,
      redirect: 'manual',
      headers: {
        ...(cookie && !options.bearer ? { cookie } : {}),
        ...(options.bearer ? { authorization: `Bearer ${options.bearer}` } : {}),
        'user-agent': options.userAgent ?? 'Mozilla/5.0 (X11; Linux x64) Firefox/152.0',
        ...options.headers,
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
      const at = pair.indexOf('=');
      const isGone = at === pair.length - 1 || attributes.some((one) => /^max-age=0$/i.test(one) || /^expires=Thu, 01 Jan 1970/i.test(one));
      if (isGone) cookies.delete(pair.slice(0, at));
      else cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return response;
  }

  async function follow(response: Response, at: string): Promise<Reply> {
    let current = response;
    let path = at;
    for (let hops = 0; hops < 15; hops += 1) {
      const location = current.headers.get('location');
      if (location === null || current.status < 300 || current.status >= 400) {
        const text = await current.text();
        if ((current.headers.get('content-type') ?? '').includes('text/html')) lastPage = text;
        return { status: current.status, at: path, text, headers: current.headers };
      }
      await current.body?.cancel();
      const target = new URL(location, new URL(path, origin));
      if (target.origin !== new URL(origin).origin) return { status: current.status, at: target.href, text: '', headers: current.headers };
      path = target.pathname + target.search;
      current = await send('GET', path, undefined, { accept: 'text/html' });
    }
    throw new Error(`went round in circles at ${path}`);
  }

  const go = async (path: string): Promise<Reply> => follow(await send('GET', path, undefined, { accept: 'text/html' }), path);

  /** Posts the form of the page that was shown last. */
  async function post(path: string, fields: Readonly<Record<string, string>>): Promise<Reply> {
    const hidden = Object.fromEntries([...lastPage.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].filter(([, name]) => name !== 'response' && name !== 'step').map(([, name, value]) => [name!, value!.replaceAll('&amp;', '&')]));
    return follow(await send('POST', path, new URLSearchParams({ ...hidden, ...fields }), { accept: 'text/html' }), path);
  }

  async function api<T = Record<string, never>>(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<T> {
    if (method !== 'GET' && !options.bearer) csrfToken ??= (await api<{ csrfToken: string }>('GET', '/api/v1/me')).csrfToken;
    const isBytes = body instanceof Uint8Array || typeof body === 'string';
    const response = await send(method, path, body === undefined ? undefined : isBytes ? (body as BodyInit) : JSON.stringify(body), {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': isBytes ? 'application/octet-stream' : 'application/json' }),
      ...(method === 'GET' || options.bearer ? {} : { 'x-csrf-token': csrfToken ?? '' }),
    });
    const text = await response.text();
    if (!response.ok) throw new RequestRefused(`${method} ${path}`, response.status, text);
    return (text === '' ? {} : JSON.parse(text)) as T;
  }

  /** The code that the app shows now, or the next one when that was used already. */
  async function codeOf(credentials: Credentials): Promise<string> {
    if (credentials.totpSecret === null) throw new Error(`${credentials.username} has no authenticator app`);
    const secret = Secret.fromBase32(credentials.totpSecret);
    const now = (): number => Math.floor(clock.now().getTime() / 30_000);
    const step = Math.max(now(), (lastSteps.get(credentials.totpSecret) ?? 0) + 1);
    lastSteps.set(credentials.totpSecret, step);
    // One step ahead is taken as a clock that is off; two are not.
    if (step > now() + 1) await (options.wait ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms))))((step - 1) * 30_000 - clock.now().getTime());
    return new TOTP({ secret, algorithm: 'SHA1', digits: 6, period: 30 }).generate({ timestamp: step * 30_000 });
  }

  function expectPage(reply: Reply, wanted: RegExp, doing: string): Reply {
    if (reply.status >= 400 || !wanted.test(reply.text)) throw new Error(`${doing}: ended at ${reply.at} with ${reply.status}: ${reply.text.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ').slice(0, 400)}`);
    return reply;
  }

  async function challenge<Options>(path: '/enrol/passkey-options' | '/sign-in/passkey-options'): Promise<Options> {
    const response = await send('POST', path, undefined, { accept: 'application/json' });
    const text = await response.text();
    if (!response.ok) throw new RequestRefused(`POST ${path}`, response.status, text);
    return (JSON.parse(text) as { options: Options }).options;
  }
  const touch = async (authenticator: SoftwareAuthenticator): Promise<Reply> => post('/sign-in', { step: 'passkey', response: JSON.stringify(authenticator.get(await challenge<RequestOptions>('/sign-in/passkey-options'))) });

  /** An offer to set something up is put off; where a sign-in rule has made it a must, it is set up and used. */
  async function pastEnrolment(credentials: Credentials, reply: Reply): Promise<Reply> {
    const shown = /name="step" value="skip"/.test(reply.text) ? await post('/enrol', { step: 'skip' }) : reply;
    if (!shown.text.includes('id="enrolment-note"')) return shown;
    if (!shown.text.includes('data-passkey="enrol"')) return touch(keys.get(credentials)!);
    const key = softwareAuthenticator({ origin: options.passkeyOrigin ?? origin });
    keys.set(credentials, key);
    await post('/enrol', { step: 'new-passkey', response: JSON.stringify(key.create(await challenge<CreationOptions>('/enrol/passkey-options'))) });
    return touch(key);
  }

  /** From the page `Set up how you sign in` on: password, authenticator app, recovery codes. */
  async function enrol(credentials: Credentials): Promise<Reply> {
    await go('/enrol?with=new-password');
    expectPage(await post('/enrol', { step: 'new-password', password: credentials.password }), /id="totp-key"|with=new-totp/, 'choosing a password');
    const invited = await go('/enrol?with=new-totp');
    const key = /id="totp-key">([A-Z2-7 ]+)</.exec(invited.text)?.[1];
    if (key === undefined) throw new Error(`no key for the authenticator app at ${invited.at}`);
    credentials.totpSecret = key.replaceAll(' ', '');
    const codes = expectPage(await post('/enrol', { step: 'new-totp', code: await codeOf(credentials) }), /id="recovery-codes"/, 'connecting the authenticator app');
    credentials.recoveryCodes = [...codes.text.matchAll(/<li>(\d-[0-9A-Z-]+)<\/li>/g)].map((found) => found[1]!);
    csrfToken = null;
    return post('/enrol', { step: 'codes' });
  }

  return {
    origin,
    cookies,
    go,
    post,
    api,
    codeOf,
    enrol,

    /** The way of every morning. `returnTo` is a path of ours. */
    async signIn(credentials: Credentials, returnTo = '/'): Promise<Reply> {
      csrfToken = null;
      const asked = await go(`/sign-in?return_to=${encodeURIComponent(returnTo)}`);
      // The session of before still holds.
      if (!asked.at.startsWith('/sign-in')) return asked;
      expectPage(await post('/sign-in', { step: 'username', username: credentials.username }), /name="password"/, `signing in as ${credentials.username}`);
      expectPage(await post('/sign-in', { step: 'password', password: credentials.password }), /name="code"/, `the password of ${credentials.username}`);
      const reply = await pastEnrolment(credentials, await post('/sign-in', { step: 'totp', code: await codeOf(credentials) }));
      if (![...cookies.keys()].some((name) => name.endsWith('bailiwick'))) expectPage(reply, /(?!)/, `the code of ${credentials.username}`);
      return reply;
    },

    /** The first time: with the pass that a manager handed over. */
    async signInWithPass(credentials: Credentials, pass: string): Promise<Reply> {
      await go('/sign-in');
      await post('/sign-in', { step: 'username', username: credentials.username });
      await go('/sign-in?with=access-pass');
      expectPage(await post('/sign-in', { step: 'access-pass', code: pass }), /<h1>/, `the access pass of ${credentials.username}`);
      return enrol(credentials);
    },

    /** The first time, with a passkey in place of password and app. */
    async enrolPasskey(credentials: Credentials, pass: string, authenticator: SoftwareAuthenticator): Promise<Reply> {
      await go('/sign-in');
      await post('/sign-in', { step: 'username', username: credentials.username });
      await go('/sign-in?with=access-pass');
      expectPage(await post('/sign-in', { step: 'access-pass', code: pass }), /id="passkey-form"/, `the access pass of ${credentials.username}`);
      let shown = await post('/enrol', { step: 'new-passkey', response: JSON.stringify(authenticator.create(await challenge<CreationOptions>('/enrol/passkey-options'))) });
      // One more touch shows that the new one works.
      if (!shown.text.includes('id="recovery-codes"')) shown = await touch(authenticator);
      expectPage(shown, /id="recovery-codes"/, `the passkey of ${credentials.username}`);
      csrfToken = null;
      return post('/enrol', { step: 'codes' });
    },

    /** By the key alone. */
    async signInByPasskey(authenticator: SoftwareAuthenticator): Promise<Reply> {
      csrfToken = null;
      const asked = await go('/sign-in');
      return asked.at.startsWith('/sign-in') ? touch(authenticator) : asked;
    },

    /** From the one-time link to the first administrator. */
    async setUp(link: string, person: { readonly givenName: string; readonly familyName: string; readonly email: string }, credentials: Credentials): Promise<Reply> {
      const { pathname, search, searchParams } = new URL(link);
      await go(pathname + search);
      const made = await post('/set-up', { token: searchParams.get('token') ?? '', given_name: person.givenName, family_name: person.familyName, email: person.email, username: credentials.username });
      expectPage(made, /<h1>/, 'making the first administrator');
      return enrol(credentials);
    },

    async signOut(): Promise<void> {
      await go('/sign-out');
      await post('/sign-out', {});
      csrfToken = null;
    },
  };
}

export type Visitor = ReturnType<typeof visitor>;

export const credentialsOf = (username: string, password: string, totpSecret: string | null = null): Credentials => ({ username, password, totpSecret, recoveryCodes: [] });
