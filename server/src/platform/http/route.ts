import type { z } from 'zod';
import type { Html } from '../html/index.ts';
import type { RefusalDescription } from '../errors/index.ts';
import type { Principal, RequestFacts } from './gate.ts';
import type { Permit } from './permit.ts';

export interface CookieChange {
  readonly name: string;
  /** Null removes the cookie. */
  readonly value: string | null;
  /** Cookies are session cookies unless a life is given (63B-4 5.1: session secrets do not outlive the browser). */
  readonly maxAgeSeconds?: number;
}

export interface Page {
  readonly is: 'page';
  readonly content: Html;
  readonly status: number;
  readonly cookies: readonly CookieChange[];
  /** Where the page's forms may lead after our own answer redirects (CSP form-action); origins. */
  readonly formTargets: readonly string[];
}
export interface Redirect {
  readonly is: 'redirect';
  readonly to: string;
  readonly cookies: readonly CookieChange[];
}
export interface FileAnswer {
  readonly is: 'file';
  readonly name: string | null;
  readonly type: string;
  readonly body: string | Uint8Array;
}
export interface StreamAnswer {
  readonly is: 'stream';
  readonly events: AsyncIterable<{ readonly event: string; readonly data: unknown }>;
}
export type Answer = Page | Redirect | FileAnswer | StreamAnswer;

export const page = (content: Html, options: { status?: number; cookies?: readonly CookieChange[]; formTargets?: readonly string[] } = {}): Page => ({ is: 'page', content, status: options.status ?? 200, cookies: options.cookies ?? [], formTargets: options.formTargets ?? [] });
/** Always 303: a 307 would hand the posted password on (RFC 9700 4.12). */
export const redirect = (to: string, cookies: readonly CookieChange[] = []): Redirect => ({ is: 'redirect', to, cookies });
export const file = (body: string | Uint8Array, type: string, name: string | null = null): FileAnswer => ({ is: 'file', name, type, body });
/** Server-sent events until the reader goes away. */
export const stream = (events: StreamAnswer['events']): StreamAnswer => ({ is: 'stream', events });

export type RouteRefusal = RefusalDescription;

export interface Context<P extends string | null, Params, Query, Body> {
  /** The permit for the route's permission; null on public routes. */
  readonly permit: P extends string ? Permit<P> : null;
  readonly principal: P extends string ? Principal : Principal | null;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly request: RequestFacts;
  readonly cookies: Readonly<Record<string, string | undefined>>;
  /** For hidden `csrf` fields of forms on this page. */
  readonly csrf: string;
  /** Languages the browser asks for, best first. */
  readonly languages: readonly string[];
  /** Certificate or other facts of the connection are not here on purpose. Aborts when the reader goes away. */
  readonly signal: AbortSignal;
}

export interface RouteDefinition<P extends string | null, Params, Query, Body, Output> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `/api/v1/people/:personId` */
  readonly path: string;
  /** Null only with `public`. */
  readonly permission: P;
  /** Why this door is open to everybody. */
  readonly public?: string;
  readonly summary: string;
  readonly params?: z.ZodType<Params>;
  readonly query?: z.ZodType<Query>;
  readonly body?: z.ZodType<Body>;
  /** How the body comes: `json` (default), `form` (server-rendered pages), or `bytes` (an uploaded file, as is). */
  readonly accepts?: 'json' | 'form' | 'bytes';
  readonly bodyLimit?: number;
  /** Schema of the JSON answer; absent for pages, redirects, files, streams and empty answers. */
  readonly output?: z.ZodType<Output>;
  readonly status?: number;
  readonly refusals?: readonly RouteRefusal[];
  readonly run: (context: Context<P, Params, Query, Body>) => Promise<Output | Answer | void>;
}

// Routes of all shapes stand in one table; `route` has checked each.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type AnyRoute = RouteDefinition<any, any, any, any, any>;

/** Declares one route and checks that permission, input, output and verb fit together. */
export function route<P extends string | null, Params = Record<string, never>, Query = Record<string, never>, Body = undefined, Output = void>(definition: RouteDefinition<P, Params, Query, Body, Output>): AnyRoute {
  if (definition.permission === null && !definition.public) throw new Error(`route ${definition.method} ${definition.path} has neither a permission nor a reason to be public`);
  return definition;
}
