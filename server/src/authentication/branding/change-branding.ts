import { record } from '../../audit/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { Needs } from '../needs.ts';
import type { Hex } from './colour.ts';
import { judgeLogo } from './logo.ts';
import { lockBranding, saveBranding, type Branding } from './store.ts';

type ChangePermit = Permit<'authentication.branding.change'>;
type ChangeNeeds = Pick<Needs, 'clock' | 'database'>;

/** Whoever can change this page can make people doubt the real one: a fresh proof is asked by the gate, and the audit says what it was before. */
async function change({ clock, database }: ChangeNeeds, permit: ChangePermit, how: (before: Branding) => Pick<Branding, 'colour' | 'logo'>): Promise<Branding> {
  return database.transaction(async (tx) => {
    const before = await lockBranding(tx);
    const now = clock.now();
    const after: Branding = { ...how(before), version: before.version + 1, changedAt: now, changedByName: permit.actorName };
    await saveBranding(tx, after);
    await record(tx, { action: 'authentication.branding.change', actor: permit.actor, actorName: permit.actorName, target: 'branding', targetName: 'The look of the sign-in pages', at: now, outcome: 'allowed', facts: { before: inShort(before), after: inShort(after) } });
    return after;
  });
}

const inShort = ({ colour, logo }: Branding) => ({ colour, logo: logo && { type: logo.type, bytes: logo.bytes.length } });

export const setBrandColour = (needs: ChangeNeeds, permit: ChangePermit, colour: Hex | null): Promise<Branding> => change(needs, permit, ({ logo }) => ({ colour, logo }));

export async function setLogo(needs: ChangeNeeds, permit: ChangePermit, upload: Uint8Array): Promise<Branding> {
  const outcome = judgeLogo(upload);
  if (outcome.is === 'refused') throw refuse.logo_not_accepted({ why: outcome.why });
  return change(needs, permit, ({ colour }) => ({ colour, logo: { type: outcome.type, bytes: outcome.bytes } }));
}

export const removeLogo = (needs: ChangeNeeds, permit: ChangePermit): Promise<Branding> => change(needs, permit, ({ colour }) => ({ colour, logo: null }));
