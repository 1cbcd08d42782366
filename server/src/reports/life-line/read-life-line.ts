import { listEntries, sentenceOf } from '../../audit/index.ts';
import { isInScope, personId } from '../../directory/index.ts';
import type { Database } from '../../platform/db/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import { kindOf, proofOf, type LifePoint } from './life-line.ts';
import { readStepsOf } from './store.ts';

const most = 100;

/** The newest 100 points, newest first. Only what happened: a stranger who guesses would push somebody's life out of it. */
export const readLifeLine = ({ database }: { readonly database: Database }, permit: Permit<'reports.life-line.read'>, person: string): Promise<readonly LifePoint[]> =>
  database.read(async (tx) => {
    if (!(await isInScope(tx, permit.scope, personId(person)))) throw refuse.person_not_found({ person });
    const [{ items: entries }, steps] = await Promise.all([listEntries(tx, { target: `person:${person}`, outcome: 'allowed', limit: most }), readStepsOf(tx, person)]);
    const points: LifePoint[] = [
      // What the house gives and takes by rule is told by its steps, with their proof.
      ...entries.filter((entry) => !entry.action.startsWith('lifecycle.step.') && !(entry.action.startsWith('authorization.grant.') && entry.actor.startsWith('system:'))).map((entry) => ({ at: entry.at, kind: kindOf(entry.action), sentence: sentenceOf(entry), proof: null, movementId: null })),
      ...steps.map((step) => ({ at: step.provenAt ?? step.sentAt ?? step.wantedAt, kind: 'account' as const, sentence: step.title, proof: proofOf(step), movementId: step.movementId })),
    ];
    return points.sort((a, b) => b.at.getTime() - a.at.getTime()).slice(0, most);
  });
