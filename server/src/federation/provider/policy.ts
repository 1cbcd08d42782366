import { decodeJwt } from 'jose';
import { interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import type { Clock } from '../../platform/clock/index.ts';
import type { Database } from '../../platform/db/index.ts';
import type { Principal } from '../../platform/http/index.ts';
import type { Client } from '../client/client.ts';
import { demandOfAcrValues, whatIsMissing, type Demand, type Missing, type SignedIn } from '../sign-in/demand.ts';
import { consentTo, hasOpenGrant } from '../sign-in/store.ts';

/** The facts of an authorization request that decide what it demands. */
export interface Asked {
  readonly params: Readonly<Record<string, unknown>>;
  /** When it first asked for a sign-in; null at the first sight of it. */
  readonly askedAt: Date | null;
}

/** The library has verified the hint when the request came in; afterwards only the text is kept with the half-done sign-in. */
const hintedPerson = (hint: unknown): string | null => (typeof hint === 'string' ? (decodeJwt(hint).sub ?? null) : null);

export function demandOf(client: Client, { params, askedAt }: Asked): Demand {
  const prompts = new Set(String(params['prompt'] ?? '').split(' '));
  const acr = demandOfAcrValues(typeof params['acr_values'] === 'string' ? params['acr_values'] : null);
  return {
    isFreshSignInWanted: prompts.has('login') || prompts.has('select_account'),
    askedAt,
    maxAgeSeconds: params['max_age'] === undefined ? null : Number(params['max_age']),
    leastLevel: Math.max(client.leastAssuranceLevel, acr.level) as 1 | 2 | 3,
    isPhishingResistanceWanted: acr.isPhishingResistant,
    hintedPersonId: hintedPerson(params['id_token_hint']),
    // ASVS 7.6.2 otherwise: applications of the house open without a question for whoever is signed in, as single sign-on means; those of others ask for consent
    isConsentNeeded: !client.isFirstParty,
    isConsentAskedAnew: prompts.has('consent'),
  };
}

export const signedInOf = (principal: Principal | null): SignedIn | null =>
  principal?.personId && principal.authenticatedAt ? { personId: principal.personId, level: principal.assuranceLevel, methods: principal.methods, authenticatedAt: principal.authenticatedAt } : null;

/** One judgement for the protocol and for the pages in between: they can never disagree. */
export async function judge(needs: { clock: Clock; database: Database }, client: Client, asked: Asked, principal: Principal | null): Promise<Missing | null> {
  const now = needs.clock.now();
  const demand = demandOf(client, asked);
  const signedIn = signedInOf(principal);
  const scopes = String(asked.params['scope'] ?? '').split(' ').filter(Boolean);
  const standing = signedIn
    ? {
        isKeptOut: client.requiresGrant && !(await needs.database.read((tx) => hasOpenGrant(tx, signedIn.personId, client.applicationId, now))),
        consentedAt: demand.isConsentNeeded ? await needs.database.read((tx) => consentTo(tx, signedIn.personId, client.id, scopes)) : null,
      }
    : { isKeptOut: false, consentedAt: null };
  return whatIsMissing(demand, signedIn, standing, now);
}

/** The library asks in this order; each prompt names what our own page will then do about it. */
export function policyOf(missing: (ctx: KoaContextWithOIDC) => Promise<Missing | null>): interactionPolicy.DefaultPolicy {
  const { base, Check, Prompt } = interactionPolicy;
  const when = (reason: Missing, description: string, error: string) => new Check(reason, description, error, async (ctx) => (await missing(ctx)) === reason);
  const policy = base();
  policy.clear();
  const login = new Prompt(
    { name: 'login', requestable: true },
    when('sign_in', 'the person is not signed in', 'login_required'),
    when('other_person', 'another person than the one named is signed in', 'login_required'),
    when('fresh_sign_in', 'a fresh sign-in is asked for', 'login_required'),
    when('stronger_sign_in', 'a stronger sign-in is asked for', 'unmet_authentication_requirements'),
  );
  const account = new Prompt({ name: 'select_account', requestable: true });
  const access = new Prompt({ name: 'access', requestable: false }, when('access', 'the person may not use this application', 'access_denied'));
  const consent = new Prompt({ name: 'consent', requestable: true }, when('consent', 'the person has not agreed', 'consent_required'));
  // What `prompt` asks for is part of the judgement; the library's own checks believe what a half-done sign-in says.
  login.checks.remove('login_prompt');
  account.checks.remove('select_account_prompt');
  consent.checks.remove('consent_prompt');
  for (const prompt of [login, account, access, consent]) policy.add(prompt);
  return policy;
}
