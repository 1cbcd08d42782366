import { record } from '../../audit/index.ts';
import type { Needs } from '../needs.ts';
import { personActor } from '../session/person-actor.ts';
import { findSignIn, type FoundSignIn } from '../sign-in/store.ts';
import { noteHelp } from './store.ts';

type HelpNeeds = Pick<Needs, 'clock' | 'database'>;

const mustOf = (found: FoundSignIn | null) => found?.signIn.progress.enrolment?.must ?? null;

/** Only a sign-in in which somebody proved something has a must written into it. */
export async function isStuck({ clock, database }: HelpNeeds, digest: Buffer | null): Promise<boolean> {
  return digest !== null && mustOf(await database.read((tx) => findSignIn(tx, digest, clock.now()))) !== null;
}

/** Counts as standing before the door from now on; on record, and shown by name. False where nobody is asked for anything. */
export async function askForHelp({ clock, database }: HelpNeeds, digest: Buffer | null, address: string): Promise<boolean> {
  if (digest === null) return false;
  return database.transaction(async (tx) => {
    const now = clock.now();
    const found = await findSignIn(tx, digest, now);
    const must = mustOf(found);
    if (!found?.named || !must) return false;
    const { personId, displayName } = found.named;
    if (await noteHelp(tx, must.policyIds, personId, now)) await record(tx, { action: 'authentication.enrolment.help', actor: personActor(personId), actorName: displayName, target: `person:${personId}`, targetName: displayName, at: now, outcome: 'allowed', facts: { policies: must.policyIds, address } });
    return true;
  });
}
