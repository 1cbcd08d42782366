import { isInScope } from '../../directory/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import { findSubject, type Subject } from './store.ts';

/** The person, if the permit reaches as far; otherwise the same answer as for nobody, so that the scope leaks no names. */
export async function subjectInScope(tx: Tx, { scope }: Pick<Permit<string>, 'scope'>, personId: string): Promise<Subject> {
  const subject = (await isInScope(tx, scope, personId)) ? await findSubject(tx, personId) : null;
  if (!subject) throw refuse.person_not_found({ person: personId });
  return subject;
}
