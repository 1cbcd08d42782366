import type { HrFeedSettings } from '@bailiwick/contract/hr-feed';
import { eachPerson, needsEndDate, type LastWayIn, type Person } from '../../directory/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import type { Refusal } from '../../platform/errors/index.ts';
import { refuse } from '../errors.ts';
import { difference, type Difference, type KnownPerson } from './difference.ts';
import { inSlices, type Examined } from './examine.ts';
import { fold } from './header-words.ts';
import { brakeFor, consequencesOf } from './hr-import.ts';
import type { Choices } from './mapping.ts';
import { departures, findFeed, type Preview } from './store.ts';

export type Readable = Extract<Examined, { readonly is: 'table' | 'empty' }>;

/** Why this cannot be a preview, and what to do; null when it can. */
export function refusalOf(examined: Examined): Refusal | null {
  switch (examined.is) {
    case 'spreadsheet': return refuse.hr_file_is_a_spreadsheet();
    case 'unreadable': return refuse.hr_file_unreadable({ why: examined.why });
    case 'choice_wrong': return refuse.hr_mapping_wrong({ why: examined.why });
    default: return null;
  }
}

export function readableOrRefuse(examined: Examined): Readable {
  const refusal = refusalOf(examined);
  if (refusal !== null) throw refusal;
  return examined as Readable;
}

export interface Compared {
  readonly preview: Preview;
  readonly difference: Difference;
  readonly people: readonly KnownPerson[];
  readonly settings: HrFeedSettings;
}

/** Compares a file with the directory as it is in this transaction. */
export async function compare(tx: Tx, examined: Readable, facts: { readonly isComplete: boolean; readonly choices: Choices; readonly receivedAt: Date; readonly now: Date; readonly lastWayIn?: LastWayIn | undefined }): Promise<Compared> {
  const settings = await findFeed(tx);
  const people = await everybody(tx);
  const types = new Set(settings.employmentTypesWithEndDate.map(fold));
  const isTable = examined.is === 'table';
  const compared = await inSlices(
    difference({
      rows: isTable ? examined.rows : [],
      badRows: isTable ? examined.badRows : [],
      problems: isTable ? examined.problems : [],
      rowCount: isTable ? examined.rowCount : 0,
      managerIs: isTable ? examined.managerIs : 'number',
      headerOf: (attribute) => (isTable ? (examined.recognised.columns.find((column) => column.attribute === attribute)?.header ?? null) : null),
      needsEndDate: (type) => needsEndDate(type) || types.has(fold(type)),
      people,
      departures: await departures(tx),
      isComplete: facts.isComplete,
      isEncodingSmall: isTable && examined.recognised.encoding === 'windows-1252',
      receivedAt: facts.receivedAt,
      now: facts.now,
      timeZone: settings.timeZone,
    }),
  );
  const found = holding(compared, (await facts.lastWayIn?.heldOf(tx, compared.changes.flatMap((change) => (change.kind === 'leaver' && change.personId !== null ? [change.personId] : [])))) ?? new Set());
  const questions = isTable ? examined.questions : [];
  const brake = brakeFor({ active: found.active, removals: found.removals.length, goodRows: found.counts.goodRows, rowCount: found.counts.rows, isComplete: facts.isComplete, cut: isTable ? examined.cut : null });
  const isOpen = questions.length > 0;
  const isUnusable = isOpen || brake.reasons.some((reason) => reason.is === 'empty');
  // Without a usable row there is nothing to show but the brake: "everybody leaves" would be the file's mistake, not a preview.
  const shown: Difference = isUnusable ? { ...found, changes: [], removals: [] } : found;
  return {
    preview: {
      state: isOpen ? 'uploaded' : brake.isHeld ? 'held' : 'previewed',
      isComplete: facts.isComplete,
      choices: facts.choices,
      recognised: isTable ? examined.recognised : null,
      questions: [...questions],
      brake: isOpen ? { ...brake, isHeld: false, reasons: [], removals: 0, confirmWith: null } : brake,
      consequences: isOpen ? questions.map((question) => question.text) : isUnusable ? ['nothing can be applied; export the file again and upload that'] : consequencesOf(found, facts.isComplete),
      counts: isOpen ? null : isUnusable ? { ...found.counts, leaver: 0 } : found.counts,
      previewedAt: isOpen ? null : facts.now,
    },
    difference: shown,
    people,
    settings,
  };
}

/**
 * INVARIANT: whoever is the last way in for administrators does not leave by a file, and the file goes on for everybody else. It is
 * a conflict that only a person can settle; applying the file writes the departure down and asks about it on Today.
 */
function holding(found: Difference, held: ReadonlySet<string>): Difference {
  if (held.size === 0) return found;
  const isHeld = (personId: string | null): boolean => personId !== null && held.has(personId);
  const changes = found.changes.map((change): Difference['changes'][number] =>
    change.kind === 'leaver' && isHeld(change.personId) ? { ...change, kind: 'conflict', changes: [], why: `left according to HR (${change.why}), and is the last administrator who can sign in: held until somebody else can` } : change,
  );
  return { ...found, changes, removals: found.removals.filter((id) => !isHeld(id)), counts: { ...found.counts, leaver: found.counts.leaver - held.size, conflict: found.counts.conflict + held.size } };
}

/** A page is read in one piece; everybody else waits that long. */
const pageSize = 1_000;

async function everybody(tx: Tx): Promise<KnownPerson[]> {
  const people: KnownPerson[] = [];
  for (let after: Person['id'] | null = null; ; ) {
    const page: Person[] = await eachPerson(tx, { after, limit: pageSize });
    for (const person of page) people.push(known(person));
    if (page.length < pageSize) return people;
    after = page.at(-1)!.id;
  }
}

const known = (person: Person): KnownPerson => ({
  id: person.id,
  employeeNumber: person.employeeNumber,
  givenName: person.givenName,
  familyName: person.familyName,
  texts: { workEmail: person.workEmail, privateEmail: person.privateEmail, title: person.title, department: person.department, division: person.division, location: person.location, employmentType: person.employmentType },
  managerId: person.managerId,
  startDate: person.startDate,
  endDate: person.endDate,
  status: person.status,
  leftAt: person.leftAt,
  source: person.source === 'hr' ? 'hr' : 'manual',
});
