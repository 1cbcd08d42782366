import { record } from '../../audit/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import type { ActorId } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import { excuseFromAllIn } from '../enrolment/change-policy.ts';
import { newAccessPass } from '../factor/code.ts';
import { issueAccessPassIn, type IssuedAccessPass } from '../factor/issue-access-pass.ts';
import type { Needs } from '../needs.ts';
import { findSubjectByUsername } from '../session/store.ts';
import { startAnew } from '../throttle/store.ts';

/**
 * The way in that nobody can close: whoever has the host gets an access pass for one person, who becomes administrator.
 * It leaves an audit entry and a notice; what had been disabled by wrong tries may be tried again.
 */
export async function recoverAdministrator(needs: RecoverNeeds & Pick<Needs, 'database' | 'hashing'>, input: { readonly username: string }): Promise<Recovered> {
  const drawn = newAccessPass();
  const hash = await needs.hashing.hash(drawn.secret);
  return needs.database.transaction((tx) => recoverAdministratorIn(tx, needs, { username: input.username, shown: drawn.shown, hash }));
}

type RecoverNeeds = Pick<Needs, 'clock' | 'config' | 'mailer' | 'consoleRoles' | 'peopleGroups'>;
type Recovered = IssuedAccessPass & { readonly personName: string };

export async function recoverAdministratorIn(tx: Tx, needs: RecoverNeeds, input: { readonly username: string; readonly shown: string; readonly hash: string }): Promise<Recovered> {
  const by = { actor: 'system:host' as ActorId, actorName: 'The host command' };
  const subject = await findSubjectByUsername(tx, input.username);
  if (!subject?.isActive) throw refuse.username_unknown({ username: input.username });
  if (subject.isBreakGlass) throw refuse.break_glass_keys_only();
  const roles = await needs.consoleRoles.rolesOf(tx, subject.personId);
  if (!roles.includes('administrator')) await needs.consoleRoles.giveAdministrator(tx, subject.personId, 'recovered on the host');
  for (const authenticator of ['password', 'totp', 'recovery-code']) await startAnew(tx, `person:${subject.personId}`, authenticator);
  await excuseFromAllIn(tx, needs, subject.personId);
  await record(tx, { action: 'authentication.administrator.recover', ...by, target: `person:${subject.personId}`, targetName: subject.displayName, at: needs.clock.now(), outcome: 'allowed', reason: 'on the host, by the command', facts: { wasAdministrator: roles.includes('administrator') } });
  const issued = await issueAccessPassIn(tx, needs, by, subject, 'recovery of an administrator on the host', { shown: input.shown, hash: input.hash });
  return { ...issued, personName: subject.displayName };
}
