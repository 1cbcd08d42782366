import type { Tx } from '../../platform/db/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import { findSubject, isReportOf, type Subject } from './store.ts';

/** The person, if the permit reaches as far; otherwise the same answer as for nobody, so that the scope leaks no names. */
export async function subjectInScope(tx: Tx, { scope }: Pick<Permit<string>, 'scope'>, personId: string): Promise<Subject> {
  const isInScope = scope.is === 'everything' || (scope.is === 'self' && scope.of === personId) || (scope.is === 'reports' && (await isReportOf(tx, personId, scope.of)));
  const subject = isInScope ? await findSubject(tx, personId) : null;
  if (!subject) throw refuse.person_not_found({ person: personId });
  return subject;
}
