import type { HrAttribute, HrProblem, HrProblemCode } from '@bailiwick/contract/hr-feed';
import { meansNoDate, readDay, type Day } from './dates.ts';
import { shown, type Mapping } from './mapping.ts';
import type { Line } from './reading.ts';

/** Attributes that are plain text on a person. */
export const textAttributes = ['workEmail', 'privateEmail', 'title', 'department', 'division', 'location', 'employmentType'] as const;
export type TextAttribute = (typeof textAttributes)[number];

/** One person as the file tells it. `undefined`: the file does not speak about that attribute and leaves it alone. */
export interface HrRow {
  readonly line: number;
  readonly employeeNumber: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly texts: Readonly<Partial<Record<TextAttribute, string | null>>>;
  /** An employee number or an e-mail address, as the mapping says. */
  readonly manager: string | null | undefined;
  readonly startDate: Day | undefined;
  readonly endDate: Day | null | undefined;
  /** Other lines with the same employee number and something else in them. */
  readonly twins: readonly number[];
}

/** A row that changes nothing, and what it tells of who it may be about: that person is left as they are. */
export interface BadRow {
  readonly line: number;
  readonly employeeNumber: string | null;
  /** False: that number stands on another row as well, so it may be somebody else's. */
  readonly isNumberSure: boolean;
  readonly workEmail: string | null;
  readonly name: string | null;
}

export type Problem = Omit<HrProblem, 'position'>;

export interface RowsRead {
  readonly rows: readonly HrRow[];
  readonly badRows: readonly BadRow[];
  readonly problems: readonly Problem[];
}

const longest: Readonly<Partial<Record<HrAttribute, number>>> = { employeeNumber: 64, givenName: 100, familyName: 100, fullName: 200, workEmail: 254, privateEmail: 254 };
const longestText = 200;

// Bidirectional overrides make a name read as another one; the replacement character says that letters were lost already.
const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufffd]/;

/** A line break or tab inside a cell is a space of a careless export, nothing worse. */
const tidy = (cell: string): string => cell.replace(/[\t\r\n]+/g, ' ').trim().normalize('NFC');

const domainLabel = /^[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?$/u;
const localPart = /^[^\s@<>()[\],;:"\\\p{C}.]+(?:\.[^\s@<>()[\],;:"\\\p{C}.]+)*$/u;

/** RFC 6531: letters of every script may stand before the at sign. */
export function isEmail(text: string): boolean {
  if (text.length > 254) return false;
  const at = text.lastIndexOf('@');
  if (at < 1 || at > 64) return false;
  const labels = text.slice(at + 1).split('.');
  return localPart.test(text.slice(0, at)) && labels.length >= 2 && labels.every((label) => domainLabel.test(label));
}

export const sameEmail = (text: string): string => text.toLowerCase();

export function splitName(text: string, order: Mapping['nameOrder']): { givenName: string; familyName: string } | null {
  const comma = text.indexOf(',');
  const parts = order === 'family, given' || order === 'given, family' ? (comma < 0 ? null : [text.slice(0, comma), text.slice(comma + 1)]) : cutAt(text, order === 'family given' ? text.lastIndexOf(' ') : text.indexOf(' '));
  if (!parts) return null;
  const [first, second] = [parts[0]!.trim(), parts[1]!.trim()];
  if (first === '' || second === '') return null;
  return order === 'family, given' || order === 'family given' ? { familyName: first, givenName: second } : { givenName: first, familyName: second };
}

const cutAt = (text: string, at: number): string[] | null => (at < 0 ? null : [text.slice(0, at), text.slice(at + 1)]);

/** Rows that make sense by themselves, and those that do not. Whether a manager exists is asked later, with the directory. */
export function* readRows(header: Line, lines: readonly Line[], mapping: Mapping): Generator<void, RowsRead> {
  const { indexOf } = mapping;
  const headerOf = (attribute: HrAttribute): string | null => mapping.columns.find((column) => column.attribute === attribute)?.header ?? null;
  const rows: HrRow[] = [];
  const badRows: BadRow[] = [];
  const problems: Problem[] = [];

  const widths = new Map<number, number>();
  for (const { cells } of lines) widths.set(cells.length, (widths.get(cells.length) ?? 0) + 1);
  const usualWidth = Math.max(header.cells.length, ...[...widths].filter(([, count]) => count > lines.length / 2).map(([width]) => width));
  const cell = (line: Line, attribute: HrAttribute): string => tidy(line.cells[indexOf.get(attribute) ?? -1] ?? '');
  const timesSeen = new Map<string, Line[]>();
  for (const line of lines) {
    const number = cell(line, 'employeeNumber');
    if (number === '') continue;
    const seen = timesSeen.get(number);
    if (seen) seen.push(line);
    else timesSeen.set(number, [line]);
  }

  for (const [position, line] of lines.entries()) {
    if (position % 100 === 99) yield;
    const number = cell(line, 'employeeNumber');
    const found: Problem[] = [];
    const say = (severity: Problem['severity'], code: HrProblemCode, attribute: HrAttribute | null, value: string | null, text: string, action: string): void => {
      found.push({ line: line.line, severity, code, header: attribute && headerOf(attribute), value: value === null ? null : shown(value, 200), employeeNumber: number === '' ? null : shown(number, 64), text, action });
    };
    const bad = (code: HrProblemCode, attribute: HrAttribute | null, value: string | null, text: string, action: string): void => say('bad', code, attribute, value, text, action);

    if (line.cells.length < header.cells.length) bad('columns_missing', null, null, `the row has ${line.cells.length} of ${header.cells.length} columns`, 'export the file again; the row, or the transfer, was cut');
    // One separator too many shifts everything behind it, even where what falls off the end is empty; unless all rows end so.
    else if (line.cells.length > usualWidth || line.cells.slice(header.cells.length).some((extra) => extra.trim() !== '')) bad('columns_too_many', null, null, `the row has ${line.cells.length} columns where the header has ${header.cells.length}`, 'put quotes around the value that holds a separator');

    for (const [attribute, index] of indexOf) {
      const raw = line.cells[index] ?? '';
      const most = longest[attribute] ?? longestText;
      if (raw.length > most && raw.trim().length > most) bad('value_too_long', attribute, `${raw.slice(0, 40)}…`, `the value has ${raw.length} characters; at most ${most} are allowed`, 'shorten it in the HR system');
      else if (control.test(raw)) bad('value_has_control_characters', attribute, raw, raw.includes('\ufffd') ? 'letters of the value were lost in an earlier conversion' : 'the value holds invisible control characters', 'type the value again in the HR system');
    }

    if (number === '') bad('employee_number_missing', 'employeeNumber', null, 'the employee number is missing', 'add it in the HR system; nobody is told apart by name alone');
    else if (/^\d+(?:[.,]\d+)?E\+\d+$/i.test(number) || /^#(?:REF|N\/A|VALUE|NAME|DIV)/i.test(number)) bad('employee_number_unreadable', 'employeeNumber', number, `\`${shown(number, 40)}\` was damaged by a spreadsheet`, 'export from the HR system directly, or format the column as text');
    const [firstTwin = line, ...laterTwins] = timesSeen.get(number) ?? [];
    if (firstTwin !== line) bad('employee_number_twice', 'employeeNumber', number, `the employee number stands on line ${firstTwin.line} already`, 'give each person their own number in the HR system');
    const twins = firstTwin === line ? laterTwins.filter((twin) => twin.cells.join('\u0000') !== line.cells.join('\u0000')).map((twin) => twin.line) : [];

    const wholeName = cell(line, 'fullName');
    const names = indexOf.has('fullName') ? splitName(wholeName, mapping.nameOrder) : { givenName: cell(line, 'givenName'), familyName: cell(line, 'familyName') };
    if (indexOf.has('fullName') ? wholeName === '' : names!.givenName === '' && names!.familyName === '') bad('name_missing', indexOf.has('fullName') ? 'fullName' : 'familyName', null, 'the name is missing', 'add it in the HR system');
    else if (!names) bad('name_missing', 'fullName', wholeName, `given and family name cannot be told apart in \`${shown(wholeName, 80)}\``, `write it as \`${mapping.nameOrder ?? 'family, given'}\``);
    else if (names.givenName === '' || names.familyName === '') bad('name_missing', names.givenName === '' ? 'givenName' : 'familyName', null, `the ${names.givenName === '' ? 'given' : 'family'} name is missing`, 'add it in the HR system');

    const texts: Partial<Record<TextAttribute, string | null>> = {};
    for (const attribute of textAttributes) {
      if (!indexOf.has(attribute)) continue;
      const value = cell(line, attribute);
      texts[attribute] = value === '' ? null : value;
      if (value !== '' && (attribute === 'workEmail' || attribute === 'privateEmail') && !isEmail(value)) bad('email_unreadable', attribute, value, `\`${shown(value, 80)}\` is not an e-mail address`, 'correct it in the HR system');
    }

    const day = (attribute: 'startDate' | 'endDate'): Day | null | undefined => {
      const index = indexOf.get(attribute);
      if (index === undefined) return undefined;
      const value = cell(line, attribute);
      if (value === '' || meansNoDate(value)) return null;
      const format = mapping.dateFormats.get(index) ?? 'yyyy-mm-dd';
      const read = readDay(value, format);
      if (read === null) bad('date_unreadable', attribute, value, `\`${shown(value, 40)}\` is no day written as ${format}`, 'correct it in the HR system');
      return read;
    };
    const startDate = day('startDate');
    const endDate = day('endDate');
    let manager: string | null | undefined;
    if (indexOf.has('manager')) {
      const value = cell(line, 'manager');
      manager = value === '' ? null : value;
      const own = mapping.managerIs === 'email' ? texts.workEmail : number;
      if (manager !== null && own && (mapping.managerIs === 'email' ? sameEmail(manager) === sameEmail(own) : manager === own)) bad('manager_is_self', 'manager', manager, 'the person is their own manager', 'name the real manager, or nobody, in the HR system');
    }

    problems.push(...found);
    if (found.some((one) => one.severity === 'bad') || !names) {
      const given = names ?? { givenName: '', familyName: wholeName };
      badRows.push({ line: line.line, employeeNumber: number === '' ? null : number, isNumberSure: (timesSeen.get(number)?.length ?? 0) <= 1, workEmail: texts.workEmail ?? null, name: `${given.givenName} ${given.familyName}`.trim() || null });
      continue;
    }
    rows.push({ line: line.line, employeeNumber: number, givenName: names.givenName, familyName: names.familyName, texts, manager, startDate: startDate ?? undefined, endDate, twins });
  }
  return { rows, badRows, problems };
}
