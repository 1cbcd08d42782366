import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { CookieJar, getRequest, headerOf, postRequest, type Connection, type Reply } from './connection.ts';
import type { Scenario } from './drive.ts';

export interface SignInSettings {
  /** Each has the password and an authenticator app of its own (base64 of its secret). */
  readonly people: readonly { readonly username: string; readonly seed: string }[];
  readonly password: string;
  /** Name, password and code are sent together, in a form that each connection opens once and keeps; else page by page, as a person does. */
  readonly isOneForm: boolean;
}

interface Form {
  readonly action: string;
  readonly fields: readonly { readonly name: string; readonly value: string; readonly type: string }[];
}

/** A form in which all but name, password and code is filled in. */
interface OpenForm {
  readonly action: string;
  readonly filled: string;
  readonly cookies: CookieJar;
}

type Person = SignInSettings['people'][number];

/**
 * Signs in as a browser without script does: opens the page, fills in whatever form comes, follows where it leads, until a
 * page that is no longer a sign-in. One in a hundred sessions is then used.
 */
export function passwordSignIn({ people, password, isOneForm }: SignInSettings): Scenario {
  let turn = 0;
  const forms = new WeakMap<Connection, OpenForm>();
  for (const person of people) keyOf(person);
  return {
    async once(connection) {
      const number = turn++;
      const person = people[number % people.length]!;
      const isUsed = number % 100 === 0;
      const jar = isOneForm ? await signInAtOnce(connection, forms, person, password, isUsed) : (await signIn(connection, '/sign-in', person, password)).jar;
      if (isUsed) {
        const me = await connection.request(getRequest('/api/v1/me', jar.line));
        if (me.status !== 200 || !me.body.includes(person.username)) throw new Error(`a session that was just begun answered ${me.status}: ${me.body.slice(0, 200)}`);
      }
      return 'sign-in';
    },
  };
}

/** From `path` through the sign-in to the first address that is no longer part of it; that one is not opened. */
export async function signIn(connection: Connection, path: string, person: Person, password: string): Promise<{ jar: CookieJar; leadsTo: URL }> {
  const jar = new CookieJar();
  let reply = await connection.request(getRequest(path, 'accept: text/html\r\n'));
  for (let step = 0; step < 12; step += 1) {
    jar.take(reply);
    if (reply.status === 303 || reply.status === 302) {
      const to = new URL(headerOf(reply, 'location') ?? '', 'http://here');
      if (jar.get('bailiwick') && !/^\/(sign-in|enrol|recover)/.test(to.pathname)) return { jar, leadsTo: to };
      reply = await connection.request(getRequest(to.pathname + to.search, `accept: text/html\r\n${jar.line}`));
      continue;
    }
    if (reply.status !== 200) throw new Error(`the sign-in answered ${reply.status}: ${text(reply)}`);
    reply = await connection.request(submit(formOf(reply), person, password, jar));
  }
  throw new Error(`the sign-in does not end; the last page says: ${text(reply)}`);
}

/** One request, that costs the generator as little as can be; each sign-in has cookies of its own from there on, looked at where they are used. */
async function signInAtOnce(connection: Connection, forms: WeakMap<Connection, OpenForm>, person: Person, password: string, isUsed: boolean): Promise<CookieJar> {
  let open = forms.get(connection);
  if (!open) {
    const page = await connection.request(getRequest('/sign-in', 'accept: text/html\r\n'));
    const form = formOf(page);
    const cookies = new CookieJar();
    cookies.take(page);
    open = { action: form.action, filled: new URLSearchParams(form.fields.filter(({ name, type }) => !['username', 'password', 'code'].includes(name) && type !== 'checkbox').map(({ name, value }) => [name, value])).toString(), cookies };
    forms.set(connection, open);
  }
  const reply = await connection.request(postRequest(open.action, `${open.filled}&username=${encodeURIComponent(person.username)}&password=${encodeURIComponent(password)}&code=${codeNow(person)}`, `accept: text/html\r\n${open.cookies.line}`));
  if (reply.status !== 303 || !/\r\nset-cookie: *bailiwick=[^;\r]/i.test(reply.head)) throw new Error(`the sign-in in one form answered ${reply.status}: ${headerOf(reply, 'location') ?? text(reply)}`);
  const jar = new CookieJar(open.cookies);
  if (isUsed) jar.take(reply);
  return jar;
}

/** The form of the page that asks for what a person with a password types. */
function formOf(page: Reply): Form {
  const forms = [...page.body.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)].map(([, attributes = '', content = '']) => ({
    action: unescape(/\baction="([^"]*)"/.exec(attributes)?.[1] ?? '/sign-in'),
    // An answer of several lines, such as a button with the same name, must not count twice.
    fields: [...content.matchAll(/<input\b([^>]*)>/g)].map(([, input = '']) => ({ name: /\bname="([^"]*)"/.exec(input)?.[1] ?? '', value: unescape(/\bvalue="([^"]*)"/.exec(input)?.[1] ?? ''), type: /\btype="([^"]*)"/.exec(input)?.[1] ?? 'text' })).filter((field) => field.name !== ''),
  }));
  const form = ['password', 'code', 'username'].map((name) => forms.find((one) => one.fields.some((field) => field.name === name && field.type !== 'hidden'))).find(Boolean);
  if (!form) throw new Error(`a page of the sign-in has no form to fill in: ${text(page)}`);
  return form;
}

function submit(form: Form, person: Person, password: string, jar: CookieJar): string {
  const fields = new URLSearchParams();
  for (const field of form.fields) {
    if (field.name === 'username' && field.type !== 'hidden') fields.set('username', person.username);
    else if (field.name === 'password') fields.set('password', password);
    else if (field.name === 'code') fields.set('code', codeNow(person));
    else if (field.type !== 'checkbox') fields.set(field.name, field.value);
  }
  return postRequest(form.action, fields.toString(), `accept: text/html\r\n${jar.line}`);
}

const keys = new WeakMap<Person, KeyObject>();

function keyOf(person: Person): KeyObject {
  let key = keys.get(person);
  if (!key) keys.set(person, (key = createSecretKey(Buffer.from(person.seed, 'base64'))));
  return key;
}

/** RFC 6238 with SHA-1, 30 s, six digits. */
function codeNow(person: Person): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const digest = createHmac('sha1', keyOf(person)).update(counter).digest();
  const offset = digest[19]! & 15;
  return String((digest.readUInt32BE(offset) & 0x7fff_ffff) % 1_000_000).padStart(6, '0');
}

const unescape = (value: string): string => value.replaceAll('&#x2F;', '/').replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
const text = (reply: Reply): string => reply.body.replace(/<style[\s\S]*?<\/style>|<[^>]+>/g, ' ').replace(/\s+/g, ' ').slice(0, 200);
