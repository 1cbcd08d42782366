import { record } from '../../audit/index.ts';
import { addPeopleIn, changePeopleIn, dismissDeparturesIn, heldDepartures, leaveOrHoldPeopleIn, personId, rehirePersonIn, type NewPerson, type PersonChange, type PersonId } from '../../directory/index.ts';
import { newId } from '../../platform/crypto/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import { recorded } from '../../platform/errors/index.ts';
import type { Refusal } from '../../platform/errors/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import { hrImportApplied, hrImportPreviewed } from '../events.ts';
import type { Change } from './difference.ts';
import { examineApart } from './examine-apart.ts';
import { startDueIn } from './follow-calendar.ts';
import { isOpen, mayApply, type HrImportId } from './hr-import.ts';
import type { Needs } from './needs.ts';
import { compare, readableOrRefuse, type Compared } from './preview.ts';
import type { HrRow } from './rows.ts';
import { contentOf, findImport, findImportForUpdate, finishImport, forgetDepartures, removalsShown, saveDepartures, saveDetails, savePreview, takeTurn } from './store.ts';

/**
 * Does what the preview said, in one transaction. The difference is made again inside it: of two imports at once the second
 * compares with what the first left behind, and nobody loses access who was not in the list that a person saw.
 */
export async function applyHrImport(needs: Needs, permit: Permit<'lifecycle.hr-import.apply'>, input: { readonly importId: HrImportId; readonly confirmedRemovals?: number | undefined }): Promise<void> {
  const { clock, database, announce } = needs;
  const { importId, confirmedRemovals } = input;
  const [found, content] = await database.read(async (tx) => [await findImport(tx, importId), await contentOf(tx, importId)] as const);
  if (!found) throw refuse.hr_import_not_found();
  if (!isOpen(found.state) || !content) throw refuse.hr_import_closed({ state: found.state });
  const examined = readableOrRefuse(await examineApart(content, found.choices));

  const refusal = await database.transaction(async (tx): Promise<Refusal | null> => {
    await takeTurn(tx);
    const current = await findImportForUpdate(tx, importId);
    if (!current || !isOpen(current.state)) throw refuse.hr_import_closed({ state: current?.state ?? 'refused' });
    // Somebody changed the mapping meanwhile: what was examined is not what they see.
    if (JSON.stringify(current.choices) !== JSON.stringify(found.choices)) throw refuse.hr_import_preview_outdated({ removals: current.brake.removals });
    const now = clock.now();
    const entry = { action: 'lifecycle.hr-import.apply', actor: permit.actor, actorName: permit.actorName, target: `hr-import:${importId}`, targetName: current.fileName, at: now } as const;
    const compared = await compare(tx, examined, { isComplete: current.isComplete, choices: current.choices, receivedAt: current.uploadedAt, now, lastWayIn: needs.lastWayIn });
    const { preview, difference } = compared;
    const question = preview.questions[0];
    const { brake } = preview;
    const decision = question ? ({ is: 'question' } as const) : mayApply(brake, difference.removals, await removalsShown(tx, importId), confirmedRemovals);
    if (decision.is !== 'apply') {
      // No is on record, and the preview is fresh for the next look: this commits, and the refusal is thrown after it.
      const no =
        decision.is === 'question'
          ? refuse.hr_import_has_questions({ question: question!.text })
          : decision.is === 'empty'
            ? refuse.hr_import_empty()
            : decision.is === 'outdated'
              ? refuse.hr_import_preview_outdated({ removals: brake.removals })
              : decision.is === 'held'
                ? refuse.hr_import_held({ removals: brake.removals, why: decision.why })
                : refuse.hr_import_confirmation_differs({ confirmed: decision.confirmed, removals: brake.removals });
      await savePreview(tx, importId, preview);
      await saveDetails(tx, importId, difference.problems, difference.changes);
      await record(tx, { ...entry, outcome: 'refused', reason: no.message, facts: { code: no.code, brake, confirmedRemovals: confirmedRemovals ?? null } });
      await announce(tx, hrImportPreviewed(importId, now, { state: preview.state }));
      return no;
    }

    await savePreview(tx, importId, preview);
    await saveDetails(tx, importId, difference.problems, difference.changes);
    await changePeople(needs, tx, compared, { importId, fileName: current.fileName });
    await startDueIn(needs, tx, compared.settings.timeZone, now);
    await finishImport(tx, importId, { byName: permit.actorName, at: now });
    await record(tx, { ...entry, outcome: 'allowed', facts: { sha256: current.sha256, counts: difference.counts, removals: brake.removals, wasHeld: brake.isHeld, confirmedRemovals: confirmedRemovals ?? null } });
    const { joiner, staged, mover, ending, leaver, rehire } = difference.counts;
    await announce(tx, hrImportApplied(importId, now, { joiners: joiner + staged, movers: mover + ending, leavers: leaver, rehires: rehire }));
    return null;
  });
  if (refusal) throw recorded(refusal);
}

/** Through the directory's own verbs, many at once: each person gets their audit entry and their event there. */
async function changePeople(needs: Needs, tx: Tx, { difference, people }: Compared, from: { readonly importId: HrImportId; readonly fileName: string }): Promise<void> {
  const { gate } = needs;
  const of = (...kinds: Change['kind'][]): Change[] => difference.changes.filter((change) => kinds.includes(change.kind));
  const added = of('joiner', 'staged').filter((change) => change.personId === null);
  const returning = of('rehire', 'staged').filter((change) => change.personId !== null);
  const leavers = of('leaver');

  const idByNumber = new Map<string, PersonId>(people.flatMap((person) => (person.employeeNumber === null ? [] : [[person.employeeNumber, personId(person.id)] as const])));
  for (const change of added) idByNumber.set(change.employeeNumber!, personId(newId()));
  const managerOf = (change: Change): PersonId | null => (change.managerNumber === null ? null : change.managerNumber.startsWith('#') ? personId(change.managerNumber.slice(1)) : (idByNumber.get(change.managerNumber) ?? null));

  await addPeopleIn(needs, tx, gate.system('hr-feed', 'directory.person.add'), added.map((change): NewPerson => ({ ...attributesOf(change.row!), source: 'hr', id: idByNumber.get(change.employeeNumber!)!, employeeNumber: change.employeeNumber, managerId: managerOf(change) })));

  for (const change of returning) {
    const row = change.row!;
    const { startDate: _start, endDate: _end, ...attributes } = changeOf(change, managerOf);
    await rehirePersonIn(needs, tx, gate.system('hr-feed', 'directory.person.rehire'), {
      personId: personId(change.personId!),
      startDate: row.startDate ?? people.find((person) => person.id === change.personId)?.startDate ?? null,
      endDate: row.endDate ?? null,
      attributes,
      reason: `${change.why} (HR file ${from.fileName})`,
    });
  }
  await forgetDepartures(tx, returning.map((change) => change.personId!));

  const changed = of('mover', 'ending', 'leaver').filter((change) => change.changes.length > 0);
  await changePeopleIn(needs, tx, gate.system('hr-feed', 'directory.person.change'), changed.map((change) => ({ personId: personId(change.personId!), change: changeOf(change, managerOf) })));

  // With those that are held: a departure that waits is written down, never dropped.
  const waiting = of('conflict').filter((change) => change.reason !== null);
  const held = await leaveOrHoldPeopleIn(needs, tx, gate.system('hr-feed', 'directory.person.leave'), [...leavers, ...waiting].map((change) => ({ personId: personId(change.personId!), reason: `${change.kind === 'leaver' ? change.why : change.reason === 'absent' ? 'is no longer in the list' : 'the last day has passed'} (HR file ${from.fileName})`, happenedAt: change.happenedAt!, source: 'hr' })));
  const isWaiting = new Set(waiting.map((change) => change.personId));
  const isNamed = new Set(difference.changes.map((change) => change.personId));
  const staying = (await heldDepartures(tx)).filter((one) => one.source === 'hr' && !isWaiting.has(one.personId) && isNamed.has(one.personId));
  await dismissDeparturesIn(needs, tx, gate.system('hr-feed', 'directory.person.leave'), staying.map((one) => one.personId), `the HR file ${from.fileName} says that they work here`);
  await saveDepartures(tx, [...leavers, ...waiting].map((change) => ({ personId: change.personId!, importId: from.importId, reason: change.reason!, happenedAt: change.happenedAt! })).filter((one) => !held.has(personId(one.personId))));
}

const attributesOf = (row: HrRow): Omit<NewPerson, 'source'> => ({ givenName: row.givenName, familyName: row.familyName, ...row.texts, startDate: row.startDate, endDate: row.endDate });

/** Only what differs: an attribute that the file does not speak about, or could not write, stays as it is. */
const changeOf = (change: Change, managerOf: (change: Change) => PersonId | null): PersonChange => Object.fromEntries(change.changes.map(({ attribute, after }) => (attribute === 'manager' ? ['managerId', managerOf(change)] : [attribute, after])));
