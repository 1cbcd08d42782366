import { addPersonBody, changePersonBody, leavePersonBody, peopleAnswer, peopleQuery, person as personAnswer, personAttributesAnswer, personParams, rehirePersonBody, type PersonAnswer, type PersonCardAnswer } from '@bailiwick/contract/directory';
import type { z } from 'zod';
import { route, type AnyRoute } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import { addPerson } from './add-person.ts';
import { changePerson } from './change-person.ts';
import { leavePerson } from './leave-person.ts';
import type { Needs } from './needs.ts';
import { personId, type Person, type PersonChange } from './person.ts';
import { readAttributeValues, readPeople, readPerson, type MayShowPerson } from './read-people.ts';
import { rehirePerson } from './rehire-person.ts';

type Card = Person & { readonly managerName: string | null };

const card = (one: Card): PersonCardAnswer => ({ ...one, source: one.source === 'hr' ? 'hr' : 'manual', leftAt: one.leftAt?.toISOString() ?? null });
const whole = (one: Card & { readonly reports: number }): PersonAnswer => ({ ...card(one), privateEmail: one.privateEmail, reports: one.reports, createdAt: one.createdAt.toISOString(), updatedAt: one.updatedAt.toISOString() });

const asChange = ({ managerId, ...rest }: z.output<typeof changePersonBody>): PersonChange => ({ ...rest, ...(managerId === undefined ? {} : { managerId: managerId === null ? null : personId(managerId) }) });

export function personRoutes(needs: Needs): AnyRoute[] {
  /** Whoever was allowed to make a change may see what came of it. */
  const show = async (permit: MayShowPerson, id: string): Promise<PersonAnswer> => whole(await readPerson(needs, permit, personId(id)));
  return [
    route({
      method: 'GET',
      path: '/api/v1/people',
      permission: 'directory.person.read',
      summary: 'People by name, or by the beginning of any word of name, address, user name or number',
      query: peopleQuery,
      output: peopleAnswer,
      refusals: [refuse.cursor_unknown],
      run: async ({ permit, query }) => {
        const { items, next, total } = await readPeople(needs, permit, query);
        return { items: items.map(card), next, total };
      },
    }),
    route({
      method: 'GET',
      path: '/api/v1/people/attributes',
      permission: 'directory.person.read',
      summary: 'The departments, titles, locations, divisions and employment types that occur',
      output: personAttributesAnswer,
      run: ({ permit }) => readAttributeValues(needs, permit),
    }),
    route({
      method: 'POST',
      path: '/api/v1/people',
      permission: 'directory.person.add',
      summary: 'Add a person by hand',
      body: addPersonBody,
      output: personAnswer,
      status: 201,
      refusals: [refuse.employee_number_taken, refuse.username_taken, refuse.manager_not_found, refuse.end_date_missing, refuse.end_before_start, refuse.name_missing],
      run: async ({ permit, body }) => {
        const { managerId, ...rest } = body;
        const added = await addPerson(needs, permit, { ...rest, ...(managerId == null ? {} : { managerId: personId(managerId) }), source: 'manual' });
        return show(permit, added.id);
      },
    }),
    route({
      method: 'GET',
      path: '/api/v1/people/:personId',
      permission: 'directory.person.read',
      summary: 'One person',
      params: personParams,
      output: personAnswer,
      refusals: [refuse.person_not_found],
      run: async ({ permit, params }) => whole(await readPerson(needs, permit, personId(params.personId))),
    }),
    route({
      method: 'PATCH',
      path: '/api/v1/people/:personId',
      permission: 'directory.person.change',
      summary: 'Correct or move a person',
      params: personParams,
      body: changePersonBody,
      output: personAnswer,
      refusals: [refuse.person_not_found, refuse.person_has_left, refuse.employee_number_taken, refuse.username_taken, refuse.manager_not_found, refuse.manager_circle, refuse.end_date_missing, refuse.end_before_start, refuse.name_missing, refuse.person_is_break_glass],
      run: async ({ permit, params, body }) => {
        await changePerson(needs, permit, { personId: personId(params.personId), change: asChange(body) });
        return show(permit, params.personId);
      },
    }),
    route({
      method: 'POST',
      path: '/api/v1/people/:personId/leave',
      permission: 'directory.person.leave',
      summary: 'The person leaves: every session ends at once, and every account follows',
      params: personParams,
      body: leavePersonBody,
      output: personAnswer,
      refusals: [refuse.person_not_found, refuse.person_has_left, refuse.person_is_held, refuse.last_way_in, refuse.person_is_break_glass],
      run: async ({ permit, params, body }) => {
        await leavePerson(needs, permit, { personId: personId(params.personId), reason: body.reason, ...(body.happenedAt ? { happenedAt: new Date(body.happenedAt) } : {}) });
        return show(permit, params.personId);
      },
    }),
    route({
      method: 'POST',
      path: '/api/v1/people/:personId/rehire',
      permission: 'directory.person.rehire',
      summary: 'The person comes back, with nothing of what they had',
      params: personParams,
      body: rehirePersonBody,
      output: personAnswer,
      refusals: [refuse.person_not_found, refuse.person_is_break_glass, refuse.person_has_not_left, refuse.end_date_missing, refuse.end_before_start],
      run: async ({ permit, params, body }) => {
        await rehirePerson(needs, permit, { personId: personId(params.personId), startDate: body.startDate, endDate: body.endDate, reason: body.reason });
        return show(permit, params.personId);
      },
    }),
  ];
}
