import { refuse } from '../errors.ts';
import { problemOf, type PersonAttributes, type PersonId, type PrincipalSource } from './person.ts';

export function refuseProblem(one: PersonAttributes & { readonly id: PersonId; readonly source: PrincipalSource }): void {
  const problem = problemOf(one);
  if (problem === null) return;
  switch (problem.is) {
    case 'name_missing':
      throw refuse.name_missing();
    case 'hr_person_without_number':
      throw refuse.hr_person_without_number();
    case 'end_date_missing':
      throw refuse.end_date_missing({ employmentType: problem.employmentType });
    case 'end_before_start':
      throw refuse.end_before_start({ startDate: problem.startDate, endDate: problem.endDate });
    case 'own_manager':
      throw refuse.manager_circle({ person: one.displayName, manager: one.displayName });
  }
}
