import type Provider from 'oidc-provider';
import { z } from 'zod';
import { speakerFor } from '../../authentication/index.ts';
import { page, redirect, route, type AnyRoute, type Answer, type Principal } from '../../platform/http/index.ts';
import type { Client } from '../client/client.ts';
import type { Registry } from '../client/registry.ts';
import { refuse } from '../errors.ts';
import type { FederationNeeds } from '../needs.ts';
import { demandOf, judge } from '../provider/policy.ts';
import type { Door } from '../provider/protocol.ts';
import { begunAtOf, paths } from '../provider/build-provider.ts';
import { consentPage, keptOutPage, otherPersonPage, tooWeakPage, type Shown } from './page.ts';
import { giveConsent, recordNoAccess } from './give-consent.ts';

type Interaction = InstanceType<Provider['Interaction']>;

interface HalfDone {
  readonly interaction: Interaction;
  readonly client: Client;
  readonly begunAt: number;
}

export type InteractionNeeds = Pick<FederationNeeds, 'clock' | 'database' | 'pageFrame'> & { readonly door: Door; readonly registry: Registry };

async function findHalfDone({ door, registry }: Pick<InteractionNeeds, 'door' | 'registry'>, uid: string): Promise<HalfDone> {
  const revisions = await registry.revisions();
  const { provider } = await door.current(revisions);
  const interaction = (await provider.Interaction.find(uid)) as Interaction | undefined;
  const client = interaction && (await registry.find(String(interaction.params['client_id']), revisions));
  if (!interaction || !client) throw refuse.interaction_gone();
  return { interaction, client, begunAt: begunAtOf(interaction.lastSubmission) ?? interaction.iat * 1_000 + 999 };
}

const scopesOf = ({ interaction }: HalfDone): string[] => String(interaction.params['scope'] ?? '').split(' ').filter(Boolean);

const askedOf = ({ interaction, begunAt }: HalfDone) => ({ params: interaction.params, askedAt: new Date(begunAt) });

/** Where the browser will be sent after a form on our pages; Chromium holds redirects to `form-action` too. */
function targetOf(interaction: Interaction): string[] {
  const uri = String(interaction.params['redirect_uri'] ?? '');
  if (!URL.canParse(uri)) return [];
  const url = new URL(uri);
  return [url.origin === 'null' ? url.protocol : url.origin];
}

/** For the sign-in page, which knows only the path to come back to. */
export async function formTargetsOf(needs: Pick<InteractionNeeds, 'door' | 'registry'>, returnTo: string): Promise<readonly string[]> {
  const uid = /^\/oauth2\/interaction\/([\w-]{1,100})(?:\?|$)/.exec(returnTo)?.[1];
  if (!uid) return [];
  const { provider } = await needs.door.current();
  const interaction = (await provider.Interaction.find(uid)) as Interaction | undefined;
  return interaction ? targetOf(interaction) : [];
}

/** For the person who is asked on a telephone: which application's sign-in waits there. */
export async function applicationOf(needs: Pick<InteractionNeeds, 'door' | 'registry'>, returnTo: string): Promise<string | null> {
  const uid = /^\/oauth2\/interaction\/([\w-]{1,100})(?:\?|$)/.exec(returnTo)?.[1];
  if (!uid) return null;
  const revisions = await needs.registry.revisions();
  const { provider } = await needs.door.current(revisions);
  const interaction = (await provider.Interaction.find(uid)) as Interaction | undefined;
  return (interaction && (await needs.registry.find(String(interaction.params['client_id']), revisions)))?.name ?? null;
}

async function goOn({ interaction, begunAt }: HalfDone, result: Record<string, unknown> = {}): Promise<Answer> {
  interaction.result = { ...result, begunAt } as NonNullable<Interaction['result']>;
  await interaction.persist();
  const back = new URL(interaction.returnTo);
  return redirect(back.pathname + back.search);
}

/** Asks the sign-in for what is missing, and to come back here; `tried` tells that it was asked before, so that nobody goes round in circles. */
function askForSignIn(half: HalfDone, wanted: 'sign_in' | 'fresh_sign_in' | 'stronger_sign_in'): Answer {
  const demand = demandOf(half.client, askedOf(half));
  const target = new URLSearchParams({ return_to: `${paths.interaction}/${half.interaction.uid}${wanted === 'sign_in' ? '' : '?tried=1'}` });
  const strength = demand.leastLevel === 3 ? '3' : demand.isPhishingResistanceWanted ? 'phishing_resistant' : String(Math.max(2, demand.leastLevel));
  if (wanted !== 'sign_in' || strength !== '2') target.set('step_up', strength);
  return redirect(`/sign-in?${target}`);
}

const uidParams = z.object({ uid: z.string().regex(/^[\w-]{1,100}$/) });

/** The pages between an application and its sign-in. They decide nothing that the protocol does not judge again afterwards. */
export function interactionRoutes(needs: InteractionNeeds): readonly AnyRoute[] {
  const framed = (shown: Shown, languages: readonly string[]) => needs.pageFrame.frame({ ...shown, languages });

  const refuseAccess = (half: HalfDone, principal: Principal, reason: string, address: string): Promise<void> => recordNoAccess(needs, principal, half.client, { reason, address });

  return [
    route({
      method: 'GET',
      path: `${paths.interaction}/:uid`,
      permission: null,
      public: 'whoever an application sends to sign in comes through here, signed in or not',
      summary: 'What is still missing before an application learns who somebody is',
      params: uidParams,
      query: z.object({ tried: z.literal('1').optional() }),
      refusals: [refuse.interaction_gone],
      async run({ params, query, principal, csrf, languages, request }) {
        const half = await findHalfDone(needs, params.uid);
        const missing = await judge(needs, half.client, askedOf(half), principal);
        if (missing === null) return goOn(half);
        if (missing === 'sign_in' || !principal) return askForSignIn(half, 'sign_in');
        const speaker = speakerFor(languages);
        const facts = { uid: params.uid, csrf, application: half.client.name, person: principal.name };
        const formTargets = targetOf(half.interaction);
        switch (missing) {
          case 'fresh_sign_in':
          case 'stronger_sign_in':
            if (!query.tried) return askForSignIn(half, missing);
            await refuseAccess(half, principal, 'the sign-in was not as strong or as fresh as the application demands', request.address);
            return page(framed(tooWeakPage(speaker, facts), languages), { status: 403, formTargets });
          case 'other_person':
            return page(framed(otherPersonPage(speaker, facts), languages), { status: 403, formTargets });
          case 'access':
            await refuseAccess(half, principal, 'no open grant in this application', request.address);
            return page(framed(keptOutPage(speaker, facts), languages), { status: 403, formTargets });
          case 'consent':
            return page(framed(consentPage(speaker, { ...facts, scopes: scopesOf(half) }), languages), { formTargets });
        }
      },
    }),
    route({
      method: 'POST',
      path: `${paths.interaction}/:uid`,
      permission: null,
      public: 'answers the page before it; only a person who is signed in can agree, anybody can turn back',
      summary: 'Agree to what an application asks for, or turn back',
      params: uidParams,
      accepts: 'form',
      body: z.strictObject({ decision: z.enum(['agree', 'deny']) }),
      refusals: [refuse.interaction_gone],
      async run({ params, body, principal, request }) {
        const half = await findHalfDone(needs, params.uid);
        const missing = await judge(needs, half.client, askedOf(half), principal);
        if (body.decision === 'deny') {
          if (principal) await refuseAccess(half, principal, missing === 'consent' ? 'the person did not agree' : 'the person turned back', request.address);
          return goOn(half, { error: 'access_denied', error_description: missing === 'consent' ? 'the person did not agree' : 'the person may not use this application' });
        }
        if (missing === 'consent' && principal?.personId) {
          await giveConsent(needs, principal, principal.personId, half.client, scopesOf(half));
        }
        return goOn(half);
      },
    }),
  ];
}
