import { expect, it } from 'vitest';
import { needsOf, type Counts } from './today.ts';

const nothing: Counts = { movementsInAlarm: 0, brakes: 0, manualTasks: 0, connectionsAway: 0, importsHeld: 0, accountsTiedToNobody: 0, openDrift: 0, peopleWithoutSecondFactor: 0, enrolmentsStopped: 0, tokensExpiring: 0, disavowals: 0, breakGlassUses: 0, departuresHeld: 0, lastWayInGuessed: 0, breakGlassFindings: 0, breakGlassOpen: 0, drillsOverdue: 0, breakGlassMissing: 0, auditBroken: 0 };

it('asks for nothing when nothing waits', () => {
  expect(needsOf(nothing)).toEqual([]);
});

it('an unproven leaver comes before an orphaned account, and each says what happens otherwise', () => {
  const needs = needsOf({ ...nothing, accountsTiedToNobody: 9, movementsInAlarm: 1 });
  expect(needs.map((need) => need.title)).toEqual(['One movement is not proven after 4 hours', '9 accounts are tied to nobody']);
  expect(needs.every((need) => need.otherwise.length > 10 && need.link.startsWith('/admin/'))).toBe(true);
});

it('who said "this was not me" is something for now, and each person counts once', () => {
  expect(needsOf({ ...nothing, disavowals: 1 })[0]).toMatchObject({ kind: 'sign_in_disavowed', urgency: 'now', title: 'One person said “this was not me” in the last 7 days' });
});
