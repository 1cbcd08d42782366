import { record } from '../../audit/index.ts';
import { newId } from '../../platform/crypto/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import type { ActorId } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { Needs } from '../needs.ts';
import type { Subject } from '../session/store.ts';
import { startAnew } from '../throttle/store.ts';
import { noticeIn } from './notice.ts';
import { addTotp, confirmTotp, findTotps, removeUnconfirmedTotps } from './store.ts';
import { inviteTotp, mostTotps, newSeed, sealContext, stepOf, type TotpInvitation } from './totp.ts';

type TotpNeeds = Pick<Needs, 'clock' | 'keys' | 'config'>;

/** Makes a key that does not count until a code confirms it. `keepSince`: show the one that waits already, for a page that is loaded again; never one from before this sign-in, whose key somebody else may have read. */
export async function startTotpIn(tx: Tx, { clock, keys, config }: TotpNeeds, subject: Subject, name: string, keepSince: Date | null): Promise<TotpInvitation & { readonly id: string }> {
  const known = await findTotps(tx, subject.personId);
  if (known.filter((totp) => totp.confirmedAt).length >= mostTotps) throw refuse.too_many_totps({ atMost: mostTotps });
  const waiting = keepSince ? known.find((totp) => !totp.confirmedAt && totp.createdAt >= keepSince) : undefined;
  const id = waiting?.id ?? newId();
  const seed = waiting ? keys.open(waiting.sealedSeed, sealContext(id)) : newSeed();
  if (!waiting) {
    await removeUnconfirmedTotps(tx, subject.personId);
    await addTotp(tx, { id, personId: subject.personId, name, sealedSeed: keys.seal(seed, sealContext(id)), createdAt: clock.now() });
  }
  return { id, ...inviteTotp(seed, config.organisation, subject.username) };
}

/** The code shows that the app has the key. False when it is not right. */
export async function confirmTotpIn(tx: Tx, needs: TotpNeeds & Pick<Needs, 'announce' | 'mailer'>, by: { actor: ActorId; actorName: string }, subject: Subject, input: { id: string | null; code: string }): Promise<boolean> {
  const now = needs.clock.now();
  const waiting = (await findTotps(tx, subject.personId)).find((totp) => !totp.confirmedAt && (input.id === null || totp.id === input.id));
  if (!waiting) {
    if (input.id !== null) throw refuse.factor_not_found({ factor: input.id });
    return false;
  }
  const step = stepOf(needs.keys.open(waiting.sealedSeed, sealContext(waiting.id)), input.code, now);
  if (step === null || !(await confirmTotp(tx, waiting.id, subject.personId, step, now))) return false;
  await startAnew(tx, `person:${subject.personId}`, 'totp');
  await record(tx, { action: 'authentication.factor.add', actor: by.actor, actorName: by.actorName, target: `person:${subject.personId}`, targetName: subject.displayName, at: now, outcome: 'allowed', facts: { factor: 'totp', name: waiting.name } });
  await needs.announce(tx, { kind: 'factor_added', subject: `person:${subject.personId}`, at: now, facts: { factor: 'totp' } });
  await noticeIn(tx, needs, subject, { about: 'factor_added', factor: 'totp' });
  return true;
}
