import { record } from '../../audit/index.ts';
import { addPersonIn } from '../../directory/index.ts';
import { digestOf } from '../../platform/crypto/index.ts';
import { refuse } from '../errors.ts';
import { shipPolicyIn } from '../enrolment/change-policy.ts';
import type { Needs } from '../needs.ts';
import { findSubjectByUsername } from '../session/store.ts';
import { personActor } from '../session/person-actor.ts';
import { beginSignInIn, type Held } from '../sign-in/progress.ts';
import { workforceFloor } from '../sign-in/strength.ts';
import { isOpenSetupLink, lockSetUp, useSetupLink } from './store.ts';

export interface FirstAdministrator {
  readonly givenName: string;
  readonly familyName: string;
  readonly email: string;
  readonly username: string;
}

/** Uses up the link, makes the person and the role, and begins the sign-in in which the factors are enrolled: all of it or nothing. Null when the username is taken. */
export async function makeFirstAdministrator(needs: Pick<Needs, 'clock' | 'database' | 'announce' | 'gate' | 'consoleRoles' | 'peopleGroups'>, token: string, input: FirstAdministrator): Promise<Held | null> {
  const { clock, database, announce, gate, consoleRoles } = needs;
  return database.transaction(async (tx) => {
    const now = clock.now();
    await lockSetUp(tx);
    if (await consoleRoles.hasAdministrator(tx)) throw refuse.administrator_exists();
    if (!(await isOpenSetupLink(tx, digestOf(token), now))) throw refuse.setup_link_not_valid();
    // Before the link is used up: another name can be tried.
    if (await findSubjectByUsername(tx, input.username)) return null;
    if (!(await useSetupLink(tx, digestOf(token), now))) throw refuse.setup_link_not_valid();
    const person = await addPersonIn({ clock, announce }, tx, gate.system('set-up', 'directory.person.add'), {
      givenName: input.givenName,
      familyName: input.familyName,
      username: input.username,
      workEmail: input.email,
      source: 'manual',
    });
    await consoleRoles.giveAdministrator(tx, person.id, 'first administrator, by the set-up link');
    await shipPolicyIn(tx, needs);
    await record(tx, { action: 'authentication.setup-link.use', actor: personActor(person.id), actorName: person.displayName, target: `person:${person.id}`, targetName: person.displayName, at: now, outcome: 'allowed', facts: {} });
    return beginSignInIn(tx, needs, { purpose: 'sign-in', username: person.username, personId: person.id, sessionId: null, wanted: workforceFloor, proofs: [{ method: 'setup-link', at: now.toISOString() }], returnTo: '/' });
  });
}

/** Before anybody fills in the form. */
export const isSetupLinkOpen = ({ clock, database }: Pick<Needs, 'clock' | 'database'>, token: string): Promise<boolean> => database.read((tx) => isOpenSetupLink(tx, digestOf(token), clock.now()));
