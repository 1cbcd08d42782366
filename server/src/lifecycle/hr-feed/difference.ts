import type { HrAttribute, HrChangeKind, HrCounts } from '@bailiwick/contract/hr-feed';
import { hrChangeKinds } from '@bailiwick/contract/hr-feed';
import { dayIn, endOf, type Day } from './dates.ts';
import { shown } from './mapping.ts';
import { sameEmail, textAttributes, type BadRow, type HrRow, type Problem, type TextAttribute } from './rows.ts';
import { isWrittenFrom } from './windows-1252.ts';

/** A person as the directory has them, as far as the HR feed cares. */
export interface KnownPerson {
  readonly id: string;
  readonly employeeNumber: string | null;
  readonly givenName: string;
  readonly familyName: string;
  readonly texts: Readonly<Record<TextAttribute, string | null>>;
  readonly managerId: string | null;
  readonly startDate: Day | null;
  readonly endDate: Day | null;
  readonly status: 'staged' | 'active' | 'left';
  readonly leftAt: Date | null;
  readonly source: 'hr' | 'manual';
}

export type PersonAttribute = 'givenName' | 'familyName' | TextAttribute | 'manager' | 'startDate' | 'endDate';

export interface AttributeChange {
  readonly attribute: PersonAttribute;
  /** Of managers: employee numbers, for reading. */
  readonly before: string | null;
  readonly after: string | null;
}

/** What an import does to one person. */
export interface Change {
  readonly kind: HrChangeKind;
  readonly personId: string | null;
  readonly employeeNumber: string | null;
  readonly name: string;
  readonly line: number | null;
  readonly why: string;
  /** Of leavers: the HR timestamp. See `leavesAt`. */
  readonly happenedAt: Date | null;
  readonly effectiveOn: Day | null;
  readonly changes: readonly AttributeChange[];
  /** The row itself; null for people who are absent from the file. */
  readonly row: HrRow | null;
  /** Of leavers: why they leave. */
  readonly reason: 'end_date' | 'absent' | null;
  /** Of people who are added: their manager, who may be added by the same file, by employee number or id. */
  readonly managerNumber: string | null;
}

export interface Difference {
  readonly changes: readonly Change[];
  /** In order of line. */
  readonly problems: readonly Problem[];
  readonly counts: HrCounts;
  /** Leavers, and people who get an end date to come: all whose access this file takes away, today or later. */
  readonly removals: readonly string[];
  /** People who are active in the directory and came from HR. */
  readonly active: number;
  /** Bad rows that could be about anybody: while there is one, nobody is a leaver for being absent. */
  readonly untiedBadRows: number;
  readonly absentButKept: number;
  readonly charactersKept: number;
}

export interface DifferenceInput {
  readonly rows: readonly HrRow[];
  readonly badRows: readonly BadRow[];
  readonly problems: readonly Problem[];
  readonly rowCount: number;
  readonly managerIs: 'number' | 'email';
  readonly headerOf: (attribute: HrAttribute) => string | null;
  readonly needsEndDate: (employmentType: string) => boolean;
  readonly people: readonly KnownPerson[];
  /** People whom the feed itself made leavers. */
  readonly departures: ReadonlySet<string>;
  readonly isComplete: boolean;
  /** True: the file cannot write every letter (Windows-1252). */
  readonly isEncodingSmall: boolean;
  readonly receivedAt: Date;
  readonly now: Date;
  readonly timeZone: string;
}

/**
 * The HR timestamp of a leaver, which time to zero access is counted from: max(effective, known). Effective is the end of
 * the last day in the organisation's time zone; known is the moment we received the file that says so. Nobody can remove
 * access for a departure they have not heard of, and HR entering it late must not look like our delay, nor hide one.
 */
export const leavesAt = (endDate: Day, timeZone: string, knownAt: Date): Date => {
  const effectiveAt = endOf(endDate, timeZone);
  return effectiveAt > knownAt ? effectiveAt : knownAt;
};

const nameOf = (one: { givenName: string; familyName: string }): string => `${one.givenName} ${one.familyName}`.trim();
const sameName = (text: string): string => text.normalize('NFC').toLowerCase();

/** What the file would change. Pure: the same file against the same people is the same difference; yields now and then so that a long one does not hold up the process. */
export function* difference(input: DifferenceInput): Generator<void, Difference> {
  const { people, timeZone } = input;
  const today = dayIn(timeZone, input.now);
  // Only whom the file may mean: most people of a large company are in no line of a small one.
  const emailsInFile = new Set<string>();
  const namesInFile = new Set<string>();
  for (const { workEmail, name } of [...input.badRows, ...input.rows.map((row) => ({ workEmail: row.texts.workEmail ?? null, name: nameOf(row) }))]) {
    if (workEmail !== null) emailsInFile.add(sameEmail(workEmail));
    if (name !== null) namesInFile.add(sameName(name));
  }
  if (input.managerIs === 'email') for (const { manager } of input.rows) if (manager) emailsInFile.add(sameEmail(manager));
  yield;
  const byNumber = new Map<string, KnownPerson>();
  const byId = new Map<string, KnownPerson>();
  const byEmail = new Map<string, KnownPerson[]>();
  const byName = new Map<string, KnownPerson[]>();
  for (const [position, person] of people.entries()) {
    if (position % 200 === 199) yield;
    byId.set(person.id, person);
    if (person.employeeNumber !== null) byNumber.set(person.employeeNumber, person);
    if (person.texts.workEmail !== null) pushIf(emailsInFile, byEmail, sameEmail(person.texts.workEmail), person);
    pushIf(namesInFile, byName, sameName(nameOf(person)), person);
  }
  yield;

  const problems: Problem[] = [...input.problems];
  const badRows: BadRow[] = [...input.badRows];
  const say = (row: HrRow, severity: Problem['severity'], code: Problem['code'], header: string | null, value: string | null, text: string, action: string): void =>
    void problems.push({ line: row.line, severity, code, header, value: value === null ? null : shown(value, 200), employeeNumber: row.employeeNumber, text, action });
  const leaveAlone = (row: HrRow): void => void badRows.push({ line: row.line, employeeNumber: row.employeeNumber, isNumberSure: row.twins.length === 0, workEmail: row.texts.workEmail ?? null, name: nameOf(row) });

  const agrees = (one: { workEmail: string | null; name: string | null }, person: KnownPerson): boolean =>
    (one.workEmail !== null && person.texts.workEmail !== null && sameEmail(one.workEmail) === sameEmail(person.texts.workEmail)) || (one.name !== null && sameName(one.name) === sameName(nameOf(person)));

  // Two rows with one number: the one that the directory confirms counts, and only if it alone does. Otherwise neither:
  // guessing wrongly would hand one person the accounts of another.
  let rows = input.rows.filter((row) => {
    if (row.twins.length === 0) return true;
    const person = byNumber.get(row.employeeNumber);
    const rivals = input.badRows.filter((bad) => row.twins.includes(bad.line));
    if (person && agrees({ workEmail: row.texts.workEmail ?? null, name: nameOf(row) }, person) && !rivals.some((rival) => agrees(rival, person))) return true;
    say(row, 'notice', 'employee_number_twice', null, row.employeeNumber, `line ${row.twins[0]} has the same employee number, so this row changes nothing either`, 'give each person their own number in the HR system');
    leaveAlone(row);
    return false;
  });
  yield;

  rows = rows.filter((row) => {
    const person = byNumber.get(row.employeeNumber);
    const startDate = row.startDate ?? person?.startDate ?? null;
    const endDate = row.endDate === undefined ? (person?.endDate ?? null) : row.endDate;
    const type = row.texts.employmentType === undefined ? (person?.texts.employmentType ?? null) : row.texts.employmentType;
    if (startDate !== null && endDate !== null && endDate < startDate) say(row, 'bad', 'end_before_start', input.headerOf('endDate'), endDate, `the end date ${endDate} is before the start date ${startDate}`, 'correct one of the two in the HR system');
    // Contractors and partners have an end date; it is mandatory.
    else if (type !== null && endDate === null && input.needsEndDate(type)) say(row, 'bad', 'end_date_missing', input.headerOf('endDate'), null, `\`${shown(type, 60)}\` needs an end date and has none`, 'add the end date in the HR system, or change in the settings of the HR feed who needs one');
    else return true;
    leaveAlone(row);
    return false;
  });
  yield;

  // Managers. `managerOf` answers with an employee number, with `#id` for people without one, or null.
  const emailToNumber = new Map<string, string>();
  for (const row of rows) if (row.texts.workEmail) emailToNumber.set(sameEmail(row.texts.workEmail), row.employeeNumber);
  const named = new Set([...rows.map((row) => row.employeeNumber), ...badRows.flatMap((bad) => bad.employeeNumber ?? [])]);
  const keyOf = (person: KnownPerson): string => person.employeeNumber ?? `#${person.id}`;
  const resolve = (manager: string): string | null => {
    if (input.managerIs === 'number') return named.has(manager) || byNumber.has(manager) ? manager : null;
    const inFile = emailToNumber.get(sameEmail(manager));
    if (inFile !== undefined) return inFile;
    const [known, ...others] = byEmail.get(sameEmail(manager)) ?? [];
    return known && others.length === 0 ? keyOf(known) : null;
  };
  const managerOf = new Map<HrRow, string | null>();
  rows = rows.filter((row) => {
    if (row.manager === undefined || row.manager === null) {
      managerOf.set(row, null);
      return true;
    }
    const manager = resolve(row.manager);
    if (manager !== null) {
      managerOf.set(row, manager);
      return true;
    }
    say(row, 'bad', 'manager_unknown', input.headerOf('manager'), row.manager, `the manager \`${shown(row.manager, 80)}\` is neither in this file nor in the directory`, 'correct the manager in the HR system, or leave it empty until they are hired');
    leaveAlone(row);
    return false;
  });
  yield;
  /** The manager after the import: the file's word where a row counts, the directory's elsewhere. */
  const afterwards = (counting: readonly HrRow[]): ((key: string) => string | null) => {
    const fromFile = new Map(counting.filter((row) => row.manager !== undefined).map((row) => [row.employeeNumber, managerOf.get(row) ?? null]));
    return (key) => {
      const inFile = fromFile.get(key);
      if (inFile !== undefined) return inFile;
      const person = key.startsWith('#') ? byId.get(key.slice(1)) : byNumber.get(key);
      const manager = person?.managerId ? byId.get(person.managerId) : undefined;
      return manager ? keyOf(manager) : null;
    };
  };
  for (;;) {
    const cycles = findCycles(rows, afterwards(rows));
    if (cycles.size === 0) break;
    for (const row of rows) {
      const cycle = cycles.get(row.employeeNumber);
      if (!cycle) continue;
      say(row, 'bad', 'manager_cycle', input.headerOf('manager'), row.manager ?? null, `the managers go in a circle: ${cycle}`, 'one of them reports to the wrong person; correct it in the HR system');
      leaveAlone(row);
    }
    rows = rows.filter((row) => !cycles.has(row.employeeNumber));
    yield;
  }

  const manualHolder = (row: HrRow): KnownPerson | undefined => (row.texts.workEmail ? byEmail.get(sameEmail(row.texts.workEmail))?.find((holder) => holder.employeeNumber === null) : undefined);
  const willExist = new Set(rows.filter((row) => !byNumber.has(row.employeeNumber) && !(row.endDate && row.endDate < today) && !manualHolder(row)).map((row) => row.employeeNumber));
  const emails = new Map<string, HrRow>();
  const changes: Change[] = [];
  const good = new Set(rows.map((row) => row.employeeNumber));
  let charactersKept = 0;
  for (const [position, row] of rows.entries()) {
    if (position % 100 === 99) yield;
    const email = row.texts.workEmail ? sameEmail(row.texts.workEmail) : null;
    if (email !== null) {
      const first = emails.get(email);
      if (first) say(row, 'notice', 'email_twice', null, row.texts.workEmail!, `the e-mail address stands on line ${first.line} as well`, 'check whether two people really share it; mail to one reaches the other');
      else emails.set(email, row);
    }
    let managerNumber = managerOf.get(row) ?? null;
    const isManagerThere = managerNumber === null || willExist.has(managerNumber) || byNumber.has(managerNumber) || managerNumber.startsWith('#');
    if (!isManagerThere) {
      say(row, 'notice', 'manager_not_added', input.headerOf('manager'), row.manager ?? null, `nobody is added for the manager \`${shown(row.manager ?? '', 80)}\` (see their row), so the person is without that manager for now`, 'correct the row of the manager and import again');
      managerNumber = null;
    }
    changes.push(changeOf(row, managerNumber, isManagerThere));
  }

  function changeOf(row: HrRow, managerNumber: string | null, isManagerThere: boolean): Change {
    const person = byNumber.get(row.employeeNumber);
    const make = (kind: HrChangeKind, why: string, more: Partial<Change> = {}): Change => ({ kind, personId: person?.id ?? null, employeeNumber: row.employeeNumber, name: nameOf(row), line: row.line, why, happenedAt: null, effectiveOn: null, changes: [], row, reason: null, managerNumber, ...more });
    const endDate = row.endDate === undefined ? (person?.endDate ?? null) : row.endDate;
    const startDate = row.startDate ?? person?.startDate ?? null;
    const isOver = endDate !== null && endDate < today;
    const isToCome = startDate !== null && startDate > today;

    if (!person) {
      if (isOver) return make('past', `left on ${endDate}, before we heard of them`);
      const holders = row.texts.workEmail ? (byEmail.get(sameEmail(row.texts.workEmail)) ?? []) : [];
      const manual = holders.find((holder) => holder.employeeNumber === null);
      if (manual) return make('conflict', `${nameOf(manual)}, who was added by hand, has the same e-mail address; if they are one person, give them the employee number ${row.employeeNumber} and import again`, { personId: manual.id });
      const holder = holders.find((one) => one.status !== 'left');
      if (holder) say(row, 'notice', 'email_of_somebody_else', null, row.texts.workEmail!, `${nameOf(holder)} (${holder.employeeNumber ?? ''}) has this e-mail address already`, 'check whether the employee number changed; if so, correct it on the person before you apply');
      if (row.startDate === undefined && input.headerOf('startDate') !== null) say(row, 'notice', 'start_date_missing', null, null, 'there is no start date, so the person starts at once', 'add it in the HR system');
      const added = valuesOf(row, managerNumber);
      return isToCome ? make('staged', `joins on ${startDate}`, { effectiveOn: startDate, changes: added }) : make('joiner', 'is new', { changes: added, effectiveOn: startDate });
    }

    if (person.status === 'left') {
      if (isOver) return make('unchanged', 'left already');
      const leftOn = person.leftAt ? dayIn(timeZone, person.leftAt) : null;
      const isNewStart = startDate !== null && leftOn !== null && startDate > leftOn;
      // The end date that HR gave made them leave, and HR has taken it back.
      const isTakenBack = person.endDate !== null && leftOn !== null && leftOn > person.endDate;
      if (!input.departures.has(person.id) && !isNewStart && !isTakenBack) {
        say(row, 'notice', 'left_by_hand', null, null, `left ${leftOn === null ? '' : `on ${leftOn} `}by a decision here, and HR lists them as working still`, 'enter the end date in the HR system; or bring them back by hand');
        return make('conflict', `left ${leftOn === null ? '' : `on ${leftOn} `}by a decision here; HR lists them as working still. Nothing is changed`);
      }
      const changed = changesOf(row, person, managerNumber, isManagerThere);
      if (isToCome) return make('staged', `comes back on ${startDate}`, { effectiveOn: startDate, changes: changed });
      return make('rehire', isNewStart ? `starts again on ${startDate}` : 'HR lists them again', { changes: changed });
    }

    const changed = changesOf(row, person, managerNumber, isManagerThere);
    if (isOver) {
      return make('leaver', `the end date ${endDate} has passed`, { happenedAt: leavesAt(endDate!, timeZone, input.receivedAt), effectiveOn: endDate, reason: 'end_date', changes: changed.filter((change) => change.attribute === 'endDate' || change.attribute === 'manager') });
    }
    if (changed.length === 0) return make('unchanged', 'as before');
    // A contract made longer takes nothing away.
    if (endDate !== null && changed.some((change) => change.attribute === 'endDate' && (change.before === null || endDate < change.before))) return make('ending', `leaves at the end of ${endDate}`, { effectiveOn: endDate, changes: changed });
    return make('mover', person.status === 'staged' && !isToCome ? 'changes, and starts' : 'changes', { changes: changed });
  }

  function valuesOf(row: HrRow, managerNumber: string | null): AttributeChange[] {
    const all: [PersonAttribute, string | null | undefined][] = [['givenName', row.givenName], ['familyName', row.familyName], ...textAttributes.map((attribute) => [attribute, row.texts[attribute]] as [PersonAttribute, string | null | undefined]), ['manager', managerNumber], ['startDate', row.startDate], ['endDate', row.endDate]];
    return all.flatMap(([attribute, after]) => (after === null || after === undefined ? [] : [{ attribute, before: null, after }]));
  }

  function changesOf(row: HrRow, person: KnownPerson, managerNumber: string | null, isManagerThere: boolean): AttributeChange[] {
    const changed: AttributeChange[] = [];
    const compare = (attribute: PersonAttribute, before: string | null, after: string | null | undefined, isSame = before === after): void => {
      if (after === undefined || isSame) return;
      if (input.isEncodingSmall && before !== null && after !== null && isWrittenFrom(after, before)) {
        charactersKept += 1;
        say(row, 'notice', 'characters_kept', null, after, `the file's encoding cannot write \`${before}\`; that is kept`, 'export as UTF-8 to see real changes of this value');
        return;
      }
      changed.push({ attribute, before, after });
    };
    compare('givenName', person.givenName, row.givenName);
    compare('familyName', person.familyName, row.familyName);
    for (const attribute of textAttributes) {
      const [before, after] = [person.texts[attribute], row.texts[attribute]];
      const isMail = attribute === 'workEmail' || attribute === 'privateEmail';
      compare(attribute, before, after, isMail && before !== null && typeof after === 'string' ? sameEmail(before) === sameEmail(after) : before === after);
    }
    if (row.manager !== undefined && isManagerThere) {
      const manager = person.managerId === null ? null : (byId.get(person.managerId) ?? null);
      const before = manager ? keyOf(manager) : null;
      if (before !== managerNumber) changed.push({ attribute: 'manager', before, after: managerNumber });
    }
    compare('startDate', person.startDate, row.startDate);
    compare('endDate', person.endDate, row.endDate);
    return changed;
  }

  // Absent from a complete list.
  const isProtected = new Set<string>();
  let untiedBadRows = 0;
  for (const bad of badRows) {
    const tied = tiedTo(bad);
    if (tied.length === 0) untiedBadRows += 1;
    for (const person of tied) isProtected.add(person.id);
  }
  function tiedTo(bad: BadRow): KnownPerson[] {
    const byItsNumber = bad.employeeNumber === null ? undefined : byNumber.get(bad.employeeNumber);
    const guarded = byItsNumber ? [byItsNumber] : [];
    if (bad.isNumberSure && bad.employeeNumber !== null) return byItsNumber ? guarded : NOBODY_KNOWN;
    const others = [...(bad.workEmail === null ? [] : (byEmail.get(sameEmail(bad.workEmail)) ?? [])), ...(bad.name === null ? [] : (byName.get(sameName(bad.name)) ?? []))];
    // A number that two rows claim says nothing about whose the other row is.
    return others.length > 0 ? [...guarded, ...others] : [];
  }
  let absentButKept = 0;
  let active = 0;
  for (const [position, person] of people.entries()) {
    if (position % 1_000 === 999) yield;
    if (person.source !== 'hr' || person.status === 'left') continue;
    if (person.status === 'active') active += 1;
    if (!input.isComplete || person.employeeNumber === null || good.has(person.employeeNumber) || isProtected.has(person.id)) continue;
    if (untiedBadRows > 0) {
      absentButKept += 1;
      continue;
    }
    changes.push({ kind: 'leaver', personId: person.id, employeeNumber: person.employeeNumber, name: nameOf(person), line: null, why: 'is no longer in the list', happenedAt: input.receivedAt, effectiveOn: null, changes: [], row: null, reason: 'absent', managerNumber: null });
  }

  const counted = Object.fromEntries(hrChangeKinds.map((kind) => [kind, 0])) as Record<HrChangeKind, number>;
  for (const change of changes) counted[change.kind] += 1;
  const badLines = new Set(problems.filter((problem) => problem.severity === 'bad').map((problem) => problem.line));
  problems.sort((a, b) => a.line - b.line);
  return {
    changes: changes.sort((a, b) => order(a.kind) - order(b.kind)),
    problems,
    counts: { rows: input.rowCount, goodRows: rows.length, badRows: badLines.size, notices: problems.filter((problem) => problem.severity === 'notice').length, ...counted },
    removals: changes.filter((change) => change.kind === 'leaver' || change.kind === 'ending').map((change) => change.personId!),
    active,
    untiedBadRows,
    absentButKept,
    charactersKept,
  };
}

/** Stands for "tied, to a number that nobody in the directory has": such a row hides nobody's absence. */
const NOBODY_KNOWN: KnownPerson[] = [{ id: '', employeeNumber: null, givenName: '', familyName: '', texts: { workEmail: null, privateEmail: null, title: null, department: null, division: null, location: null, employmentType: null }, managerId: null, startDate: null, endDate: null, status: 'left', leftAt: null, source: 'hr' }];

/** The weightiest first: what takes access away, what needs a person, what gives access, the rest. */
const orderOfKinds: readonly HrChangeKind[] = ['leaver', 'ending', 'conflict', 'rehire', 'joiner', 'staged', 'mover', 'past', 'unchanged'];
const order = (kind: HrChangeKind): number => orderOfKinds.indexOf(kind);

function pushIf<V>(wanted: ReadonlySet<string>, map: Map<string, V[]>, key: string, value: V): void {
  if (!wanted.has(key)) return;
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

/**
 * Circles of managers as they would be after the import. Each person is walked over once. Only circles with a row of the
 * file in them are ours to refuse.
 */
function findCycles(rows: readonly HrRow[], above: (key: string) => string | null): Map<string, string> {
  const inFile = new Set(rows.map((row) => row.employeeNumber));
  const walkedIn = new Map<string, number>();
  const found = new Map<string, string>();
  let walk = 0;
  for (const start of inFile) {
    walk += 1;
    const path: string[] = [];
    let at: string | null = start;
    while (at !== null && !walkedIn.has(at)) {
      walkedIn.set(at, walk);
      path.push(at);
      at = above(at);
    }
    if (at === null || walkedIn.get(at) !== walk) continue;
    const circle = path.slice(path.indexOf(at));
    const text = [...circle.slice(0, 8), ...(circle.length > 8 ? ['…'] : []), at].map((key) => shown(key, 64)).join(' → ');
    for (const key of circle) if (inFile.has(key)) found.set(key, text);
  }
  return found;
}
