import type { DomainEvent, Subscriber } from '../../platform/events/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import { isMove, type MovementKind, type Situation } from './movement.ts';
import { planMovementIn, type PlanningNeeds } from './plan-movement.ts';
import * as store from './store.ts';

const itself = { actor: 'system:lifecycle', name: 'Bailiwick' } as const;
const idOf = (event: DomainEvent): string => event.subject.slice(event.subject.indexOf(':') + 1);
const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** What happens to people becomes movements, in the transaction that takes the event: planned exactly once. */
export function movementSubscribers(needs: PlanningNeeds): readonly Subscriber[] {
  async function started(tx: Tx, event: DomainEvent): Promise<void> {
    const personId = idOf(event);
    const person = await store.findMovingPerson(tx, personId);
    // Gone again before this was delivered: what they do have goes with the movement of leaving.
    if (person === null || person.status !== 'active') return;
    const isBack = await store.hasLeftBefore(tx, personId);
    await planMovementIn(needs, tx, { personId, kind: isBack ? 'rehire' : 'joiner', cause: isBack ? 'came back' : 'the first day has come', happenedAt: event.at, plannedBy: itself, isAutomatic: true });
  }

  async function changed(tx: Tx, event: DomainEvent): Promise<void> {
    const changes = (event.facts['changes'] ?? {}) as Situation['changes'];
    const personId = idOf(event);
    const person = await store.findMovingPerson(tx, personId);
    if (person === null || person.status !== 'active') return;
    const kind: MovementKind = isMove(changes) ? 'mover' : 'adjust';
    await planMovementIn(needs, tx, { personId, kind, cause: `${Object.keys(changes).join(', ')} changed in the directory`, happenedAt: event.at, plannedBy: itself, isAutomatic: true, changes });
  }

  async function left(tx: Tx, event: DomainEvent): Promise<void> {
    const personId = idOf(event);
    const person = await store.findMovingPerson(tx, personId);
    // INVARIANT: a leaver who was hired again meanwhile is not closed again.
    if (person === null || person.status === 'active') return;
    if ((await store.openMovementOf(tx, personId, 'leaver')) !== null) return;
    const happenedAt = text(event.facts['happenedAt']);
    await planMovementIn(needs, tx, {
      personId, kind: 'leaver', cause: text(event.facts['reason']) ?? 'left', happenedAt: happenedAt === null ? event.at : new Date(happenedAt), plannedBy: itself, isAutomatic: event.facts['source'] !== 'manual',
    });
  }

  /** Given or ended by hand, or expired: the target must follow. Our own movements have their step already. */
  async function grantChanged(tx: Tx, event: DomainEvent): Promise<void> {
    const entitlementId = text(event.facts['entitlementId']);
    if (entitlementId === null || event.facts['by'] === itself.actor) return;
    const personId = idOf(event);
    const [person, entitlement] = [await store.findMovingPerson(tx, personId), await store.findEntitlement(tx, entitlementId)];
    // What is given before the first day is enforced on the first day.
    if (person === null || entitlement === null || person.status === 'staged') return;
    const isGiven = event.kind === 'grant_given';
    await planMovementIn(needs, tx, {
      personId, kind: 'adjust', cause: isGiven ? `${entitlement.name} was given` : `${entitlement.name} was ended`, happenedAt: event.at, plannedBy: itself,
      isAutomatic: String(event.facts['by']).startsWith('system:'),
      touched: [{ applicationId: entitlement.applicationId, action: isGiven ? 'grant' : 'revoke', accountId: null, entitlementId, nativeId: entitlement.nativeId, name: entitlement.name, isPerhapsMade: false }],
    });
  }

  return [
    { name: 'lifecycle.person-started', kinds: ['person_started'], deliver: started },
    { name: 'lifecycle.person-changed', kinds: ['person_changed'], deliver: changed },
    { name: 'lifecycle.person-left', kinds: ['person_left'], deliver: left },
    { name: 'lifecycle.grant-changed', kinds: ['grant_given', 'grant_ended'], deliver: grantChanged },
    {
      name: 'lifecycle.role-changed', kinds: ['role_made', 'role_changed', 'role_removed'],
      deliver: (tx) => needs.jobs.enqueue(tx, adjustEverybody, { after: null }, { key: adjustEverybody }),
    },
  ];
}

export const adjustEverybody = 'lifecycle.adjust-everybody';
