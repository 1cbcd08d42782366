import { decodeJwt } from 'jose';
import { z } from 'zod';
import { speakerFor, type Speaker } from '../../authentication/index.ts';
import { html, type Html } from '../../platform/html/index.ts';
import { page, redirect, route, type AnyRoute, type Answer, type CookieChange, type Principal } from '../../platform/http/index.ts';
import { isRedirectAllowed, type Client } from '../client/client.ts';
import type { Registry } from '../client/registry.ts';
import { refuse } from '../errors.ts';
import type { FederationNeeds } from '../needs.ts';
import type { Door } from '../provider/protocol.ts';
import { paths } from '../provider/build-provider.ts';
import { sidOf } from '../provider/session.ts';

type Needs = Pick<FederationNeeds, 'database' | 'pageFrame' | 'sessionReader' | 'endSession'> & { readonly door: Door; readonly registry: Registry; readonly sidKey: Buffer };

const asked = {
  client_id: z.string().max(200).optional(),
  post_logout_redirect_uri: z.string().max(2_000).optional(),
  state: z.string().max(2_000).optional(),
};

interface Request {
  readonly client: Client | null;
  readonly hint: { readonly personId: string; readonly sid: string | null } | null;
  /** Where to go afterwards, state included. */
  readonly to: string | null;
}

function confirmPage({ say }: Speaker, facts: { csrf: string; person: string; application: string | null; fields: readonly (readonly [string, string])[] }): Html {
  return html`
  <h1>${say('app_sign_out_title')}</h1>
  <p>${say('app_signed_in_as', { person: facts.person })} ${facts.application === null ? say('app_sign_out_here') : say('app_sign_out_asked', { application: facts.application })}</p>
  <form method="post" action="${paths.logout}/confirm">
    <input type="hidden" name="csrf" value="${facts.csrf}">
    ${facts.fields.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
    <div class="choices"><button type="submit" name="decision" value="sign-out" id="sign-out">${say('sign_out')}</button>
    <button type="submit" name="decision" value="stay" id="stay" class="plain">${say('stay')}</button></div>
  </form>`;
}

const signedOutPage = ({ say }: Speaker): Html => html`<h1>${say('app_signed_out_title')}</h1><p>${say('app_signed_out_text')}</p><a class="button plain" href="/sign-in">${say('sign_in')}</a>`;

/** RP-initiated logout (OpenID Connect RP-Initiated Logout 1.0): at once with a true hint, otherwise after a question (ASVS 10.6.2). */
export function logoutRoutes(needs: Needs): readonly AnyRoute[] {
  async function understand(input: { id_token_hint?: string | undefined; client_id?: string | undefined; post_logout_redirect_uri?: string | undefined; state?: string | undefined }): Promise<Request> {
    const revisions = await needs.registry.revisions();
    const { provider } = await needs.door.current(revisions);
    let clientId = input.client_id;
    let hint: Request['hint'] = null;
    if (input.id_token_hint) {
      const said = payloadOf(input.id_token_hint);
      const audience = typeof said?.aud === 'string' ? said.aud : null;
      if (audience && clientId && audience !== clientId) throw refuse.logout_request_invalid({ why: '`client_id` is not the one `id_token_hint` was made for' });
      clientId ??= audience ?? undefined;
      const library = audience ? await provider.Client.find(audience) : undefined;
      // A hint we cannot verify (too old, not ours) is no hint: then the person is asked.
      const verified = library ? await provider.IdToken.validate(input.id_token_hint, library).catch(() => null) : null;
      const { sub, sid } = (verified?.payload ?? {}) as { sub?: string; sid?: string };
      if (sub) hint = { personId: sub, sid: sid ?? null };
    }
    const client = clientId === undefined ? null : ((await needs.registry.find(clientId, revisions)) ?? null);
    if (clientId !== undefined && !client) throw refuse.logout_request_invalid({ why: `there is no client \`${clientId}\`` });
    const uri = input.post_logout_redirect_uri;
    if (uri === undefined) return { client, hint, to: null };
    // Never a redirect to an address that is not registered: this page would send people anywhere (open redirector).
    if (!client || !isRedirectAllowed(client, client.postLogoutRedirectUris, uri)) throw refuse.logout_request_invalid({ why: 'the address to go to after signing out is not registered for this application' });
    const to = new URL(uri);
    if (input.state !== undefined) to.searchParams.set('state', input.state);
    return { client, hint, to: to.href };
  }

  async function signOut(principal: Principal, client: Client | null): Promise<readonly CookieChange[]> {
    const { personId, sessionId } = principal;
    if (personId && sessionId) {
      await needs.database.transaction((tx) => needs.endSession(tx, { actor: principal.actor, actorName: principal.name, personId, sessionId, reason: client ? `signed out from ${client.name}` : 'signed out' }));
    }
    return [{ name: needs.sessionReader.cookieName, value: null }];
  }

  const done = (to: string | null, languages: readonly string[], cookies: readonly CookieChange[]): Answer =>
    to ? redirect(to, cookies) : page(needs.pageFrame.frame({ title: speakerFor(languages).say('app_signed_out_title'), content: signedOutPage(speakerFor(languages)), languages }), { cookies });

  return [
    route({
      method: 'GET',
      path: paths.logout,
      permission: null,
      public: 'applications send people here to sign out',
      summary: 'Sign out, asked for by an application',
      query: z.object({ ...asked, id_token_hint: z.string().max(20_000).optional() }),
      refusals: [refuse.logout_request_invalid],
      async run({ query, principal, csrf, languages }) {
        const { client, hint, to } = await understand(query);
        if (!principal?.sessionId || !principal.personId) return done(to, languages, []);
        const isMeant = hint !== null && hint.personId === principal.personId && (hint.sid === null || (client !== null && hint.sid === sidOf(needs.sidKey, principal.sessionId, client.id)));
        if (isMeant) return done(to, languages, await signOut(principal, client));
        const fields = Object.entries(asked).flatMap(([name]) => {
          const value = name === 'client_id' ? client?.id : query[name as keyof typeof asked];
          return value === undefined ? [] : [[name, value] as const];
        });
        const content = confirmPage(speakerFor(languages), { csrf, person: principal.name, application: client?.name ?? null, fields });
        return page(needs.pageFrame.frame({ title: speakerFor(languages).say('app_sign_out_title'), content, languages }), { formTargets: to ? [formTarget(to)] : [] });
      },
    }),
    route({
      method: 'POST',
      path: `${paths.logout}/confirm`,
      permission: null,
      public: 'answers the question whether to sign out; ends nothing but the session that asks',
      summary: 'Sign out after being asked',
      accepts: 'form',
      body: z.strictObject({ ...asked, decision: z.enum(['sign-out', 'stay']) }),
      refusals: [refuse.logout_request_invalid],
      async run({ body, principal, languages }) {
        const { client, to } = await understand(body);
        if (body.decision === 'stay') return redirect('/');
        return done(to, languages, principal ? await signOut(principal, client) : []);
      },
    }),
  ];
}

const formTarget = (to: string): string => {
  const url = new URL(to);
  return url.origin === 'null' ? url.protocol : url.origin;
};

function payloadOf(token: string): { aud?: unknown } | null {
  try {
    return decodeJwt(token);
  } catch {
    return null;
  }
}
