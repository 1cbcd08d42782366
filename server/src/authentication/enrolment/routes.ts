import * as contract from '@bailiwick/contract/enrolment';
import { route, type AnyRoute } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { Needs } from '../needs.ts';
import { changeEnrolmentPolicy, excuseFromEnrolment, makeEnrolmentPolicy, removeEnrolmentPolicy, turnEnrolmentPolicy, type PolicyInput } from './change-policy.ts';
import { previewEnrolmentPolicy, readEnrolmentPolicies, readEnrolmentPolicy, readOwnEnrolment, readReadinessList } from './read-enrolment.ts';

const inputOf = ({ name, audience, want, startsAt, deadlineAt, skips, percent }: contract.EnrolmentPolicyChange): PolicyInput => ({
  name,
  audience,
  want: { level: want.level, isPhishingResistant: want.isPhishingResistant, ...(want.without.length > 0 ? { without: want.without } : {}) },
  startsAt: new Date(startsAt),
  deadlineAt: new Date(deadlineAt),
  skips,
  percent,
});

export function enrolmentRoutes(needs: Pick<Needs, 'clock' | 'database' | 'peopleGroups'>): readonly AnyRoute[] {
  const one = '/api/v1/enrolment-policies/:policyId';
  const params = contract.enrolmentPolicyParams;
  const problems = [refuse.enrolment_deadline_before_start, refuse.enrolment_asks_nothing, refuse.enrolment_locks_out_administrators, refuse.enrolment_name_taken];
  return [
    route({ method: 'GET', path: '/api/v1/enrolment-policies', permission: 'authentication.enrolment.read', summary: 'Sign-in rules for groups of people, with who is ready', output: contract.enrolmentPolicies, run: ({ permit }) => readEnrolmentPolicies(needs, permit) }),
    route({
      method: 'POST',
      path: '/api/v1/enrolment-policies',
      permission: 'authentication.enrolment.make',
      summary: 'Make a sign-in rule for a group of people',
      body: contract.makeEnrolmentPolicyBody,
      output: contract.enrolmentPolicyMade,
      status: 201,
      refusals: problems,
      run: async ({ permit, body }) => ({ id: await makeEnrolmentPolicy(needs, permit, { ...inputOf(body), state: body.state }) }),
    }),
    route({
      method: 'POST',
      path: '/api/v1/enrolment-policies/preview',
      permission: 'authentication.enrolment.read',
      summary: 'Whom a sign-in rule would ask, before it is made or changed',
      body: contract.previewEnrolmentPolicyBody,
      output: contract.enrolmentPreview,
      run: ({ permit, body }) => previewEnrolmentPolicy(needs, permit, { ...inputOf(body), policyId: body.policyId ?? null }),
    }),
    route({ method: 'GET', path: one, permission: 'authentication.enrolment.read', summary: 'One sign-in rule, its readiness by day, and the day on which everybody is ready', params, output: contract.enrolmentPolicyWithDays, refusals: [refuse.enrolment_policy_not_found], run: ({ permit, params: { policyId } }) => readEnrolmentPolicy(needs, permit, policyId) }),
    route({ method: 'PUT', path: one, permission: 'authentication.enrolment.change', summary: 'Change a sign-in rule', params, body: contract.changeEnrolmentPolicyBody, refusals: [refuse.enrolment_policy_not_found, ...problems], run: ({ permit, params: { policyId }, body }) => changeEnrolmentPolicy(needs, permit, policyId, inputOf(body)) }),
    route({
      method: 'POST',
      path: `${one}/turn`,
      permission: 'authentication.enrolment.turn',
      summary: 'Switch a sign-in rule on, off, or to counting only; resume one that stopped itself',
      params,
      body: contract.turnEnrolmentPolicyBody,
      refusals: [refuse.enrolment_policy_not_found, refuse.enrolment_locks_out_administrators],
      run: ({ permit, params: { policyId }, body }) => turnEnrolmentPolicy(needs, permit, policyId, body.state),
    }),
    route({ method: 'DELETE', path: one, permission: 'authentication.enrolment.remove', summary: 'Remove a sign-in rule', params, refusals: [refuse.enrolment_policy_not_found], run: ({ permit, params: { policyId } }) => removeEnrolmentPolicy(needs, permit, policyId) }),
    route({
      method: 'GET',
      path: `${one}/readiness`,
      permission: 'authentication.enrolment.read',
      summary: 'Who is ready for a sign-in rule, by name, and what the others lack',
      params,
      query: contract.readinessQuery,
      output: contract.readinessAnswer,
      refusals: [refuse.enrolment_policy_not_found, refuse.enrolment_cursor_unknown],
      run: ({ permit, params: { policyId }, query }) => readReadinessList(needs, permit, policyId, query),
    }),
    route({
      method: 'POST',
      path: `${one}/excuses`,
      permission: 'authentication.enrolment.excuse',
      summary: 'Give one person more time, 14 days at most; never oneself',
      params,
      body: contract.excuseBody,
      refusals: [refuse.enrolment_policy_not_found, refuse.person_not_found, refuse.excuse_for_oneself],
      run: ({ permit, params: { policyId }, body }) => excuseFromEnrolment(needs, permit, policyId, body),
    }),
    route({ method: 'GET', path: '/api/v1/me/enrolment', permission: 'authentication.own.factor.read', summary: 'What the sign-in rules ask of me that I have not set up', output: contract.ownEnrolment, refusals: [refuse.not_a_person], run: ({ permit }) => readOwnEnrolment(needs, permit) }),
  ];
}
