import type { HrAttribute, HrColumn, HrDateFormat, HrNameOrder, HrQuestion, MapHrImport } from '@bailiwick/contract/hr-feed';
import { readDay, recogniseDateFormat, rivalOf } from './dates.ts';
import { meaningOf } from './header-words.ts';
import type { Line } from './reading.ts';

/** What a person said about the file; everything else is recognised. */
export type Choices = MapHrImport;

export interface Mapping {
  readonly columns: readonly HrColumn[];
  readonly questions: readonly HrQuestion[];
  /** Attributes the file speaks about, and where. A column without any value says nothing, so that an export gone wrong empties nobody's department. */
  readonly indexOf: ReadonlyMap<HrAttribute, number>;
  readonly dateFormats: ReadonlyMap<number, HrDateFormat>;
  readonly nameOrder: HrNameOrder | null;
  readonly managerIs: 'number' | 'email';
}

export const isDate = (attribute: HrAttribute): boolean => attribute === 'startDate' || attribute === 'endDate';

const label: Readonly<Record<HrAttribute, string>> = {
  employeeNumber: 'the employee number',
  givenName: 'the given name',
  familyName: 'the family name',
  fullName: 'the whole name',
  workEmail: 'the work e-mail',
  privateEmail: 'the private e-mail',
  title: 'the job title',
  department: 'the department',
  division: 'the division',
  location: 'the location',
  employmentType: 'the employment type',
  manager: 'the manager',
  startDate: 'the start date',
  endDate: 'the end date',
};

interface Draft {
  readonly index: number;
  readonly header: string;
  attribute: HrAttribute | null;
  confidence: HrColumn['confidence'];
  reason: string;
}

const shapeOf = (text: string): string => text.slice(0, 40).replace(/\p{L}+/gu, 'A').replace(/\d+/g, '9');

/** Which column is what, by name, by content where the name is not enough, and why. */
export function recogniseColumns(header: Line, rows: readonly Line[], choices: Choices): Mapping {
  const cellOf = (row: Line, index: number): string => (row.cells[index] ?? '').trim();
  const valuesOf = (index: number): string[] => rows.map((row) => cellOf(row, index)).filter((value) => value !== '');
  const chosen = new Map((choices.columns ?? []).map((choice) => [choice.index, choice.attribute]));

  const drafts: Draft[] = header.cells.map((text, index) => {
    const name = shown(text.trim(), 200);
    if (chosen.has(index)) return { index, header: name, attribute: chosen.get(index)!, confidence: 'chosen', reason: 'chosen' };
    const meaning = meaningOf(text);
    return { index, header: name, attribute: meaning?.attribute ?? null, confidence: meaning?.confidence ?? 'none', reason: meaning?.reason ?? 'no name we know; ignored' };
  });
  settleRivals(drafts);

  const of = (attribute: HrAttribute): Draft | undefined => drafts.find((draft) => draft.attribute === attribute);
  const ignore = (draft: Draft, reason: string): void => void Object.assign(draft, { attribute: null, confidence: 'none', reason });

  const full = of('fullName');
  if (full && full.confidence !== 'chosen' && of('givenName') && of('familyName')) ignore(full, 'given and family name have columns of their own');
  // "Nom" and "Nombre" stand for the whole name where there is no other name column.
  const lone = of('givenName') && !of('familyName') ? of('givenName') : of('familyName') && !of('givenName') ? of('familyName') : undefined;
  if (lone && !of('fullName') && lone.confidence !== 'chosen' && mostly(valuesOf(lone.index), (value) => /^[^,]+,[^,]+$/.test(value))) Object.assign(lone, { attribute: 'fullName', confidence: 'likely', reason: 'its values read as `family, given`' });

  if (!of('workEmail')) {
    const mail = drafts.find((draft) => draft.attribute === null && draft.confidence !== 'chosen' && mostly(valuesOf(draft.index), (value) => value.includes('@')));
    if (mail) Object.assign(mail, { attribute: 'workEmail', confidence: 'likely', reason: 'its values are e-mail addresses' });
  }

  const numberColumn = of('employeeNumber');
  const numbers = new Set(numberColumn ? valuesOf(numberColumn.index) : []);
  const managerColumn = of('manager');
  let managerIs: Mapping['managerIs'] = 'number';
  if (managerColumn) {
    const values = valuesOf(managerColumn.index);
    const shapes = new Set([...numbers].map(shapeOf));
    if (mostly(values, (value) => value.includes('@'))) {
      managerIs = 'email';
      managerColumn.reason += '; managers are named by e-mail address';
    } else if (managerColumn.confidence !== 'chosen' && values.length > 0 && !values.some((value) => numbers.has(value)) && !mostly(values, (value) => shapes.has(shapeOf(value)))) {
      ignore(managerColumn, 'its values are neither employee numbers nor e-mail addresses, so they cannot be tied to people for certain; ignored');
    }
  }

  const questions: HrQuestion[] = [];
  const dateFormats = recogniseDates(drafts, valuesOf, choices, questions);
  const nameOrder = recogniseNameOrder(of('fullName'), valuesOf, choices, questions);
  for (const attribute of ['employeeNumber', ...(of('fullName') ? [] : (['givenName', 'familyName'] as const))] as const) {
    if (of(attribute)) continue;
    questions.push({ is: 'column', index: null, header: null, attribute, choices: drafts.filter((draft) => draft.attribute === null).slice(0, 100).map((draft) => draft.header), text: `which column is ${label[attribute]}?` });
  }

  const indexOf = new Map<HrAttribute, number>();
  const columns = drafts.map((draft): HrColumn => {
    const values = valuesOf(draft.index);
    if (draft.attribute !== null) {
      // An empty end date is an answer: nobody leaves. Every other empty column is silence.
      if (values.length > 0 || draft.attribute === 'endDate' || draft.confidence === 'chosen') indexOf.set(draft.attribute, draft.index);
      else if (rows.length > 0) draft.reason += '; every cell is empty, so nothing is changed by it';
    }
    const format = draft.attribute !== null && isDate(draft.attribute) ? dateFormats.get(draft.index) : undefined;
    return {
      index: draft.index,
      header: draft.header,
      attribute: draft.attribute,
      confidence: draft.confidence,
      reason: draft.reason,
      samples: [...new Set(values)].slice(0, 3).map((value) => shown(value, 80)),
      dateFormat: format?.format ?? null,
      dateFormatReason: format?.reason ?? null,
      nameOrder: draft.attribute === 'fullName' ? nameOrder : null,
    };
  });
  return { columns, questions, indexOf, dateFormats: new Map([...dateFormats].map(([index, { format }]) => [index, format])), nameOrder, managerIs };
}

const mostly = (values: readonly string[], holds: (value: string) => boolean): boolean => values.length > 0 && values.filter(holds).length >= values.length * 0.8;

const weight: Readonly<Record<HrColumn['confidence'], number>> = { chosen: 3, certain: 2, likely: 1, none: 0 };

/** One column for each attribute: a choice beats a known name, a known name beats a guess, the first beats the later. */
function settleRivals(drafts: readonly Draft[]): void {
  const winners = new Map<HrAttribute, Draft>();
  for (const draft of drafts) {
    if (draft.attribute === null) continue;
    const other = winners.get(draft.attribute);
    const loser = other && weight[other.confidence] >= weight[draft.confidence] ? draft : other;
    if (loser !== draft) winners.set(draft.attribute, draft);
    if (loser) Object.assign(loser, { attribute: null, confidence: 'none', reason: `\`${(loser === draft ? other! : draft).header}\` is used for that; choose this one instead if it is the right one` });
  }
}

function recogniseDates(drafts: readonly Draft[], valuesOf: (index: number) => string[], choices: Choices, questions: HrQuestion[]): Map<number, { format: HrDateFormat; reason: string }> {
  const formats = new Map<number, { format: HrDateFormat; reason: string }>();
  const chosen = new Map((choices.dateFormats ?? []).map((choice) => [choice.index, choice.format]));
  const open: { draft: Draft; choices: readonly HrDateFormat[]; example: string }[] = [];
  for (const draft of drafts) {
    if (draft.attribute === null || !isDate(draft.attribute)) continue;
    const choice = chosen.get(draft.index);
    if (choice) {
      formats.set(draft.index, { format: choice, reason: 'chosen' });
      continue;
    }
    const found = recogniseDateFormat(valuesOf(draft.index));
    if (found.is === 'found') formats.set(draft.index, found);
    else if (found.is === 'no_dates') formats.set(draft.index, { format: 'yyyy-mm-dd', reason: found.reason });
    else if (found.is === 'ambiguous') open.push({ draft, choices: found.choices, example: found.example });
  }
  for (const { draft, choices: possible, example } of open) {
    // One system writes all its dates alike, so a column that is clear speaks for one that is not. It is said, not hidden.
    const clear = [...formats].filter(([, { format }]) => rivalOf(format) !== null && possible.includes(format));
    const [sibling] = clear;
    if (sibling && clear.every(([, { format }]) => format === sibling[1].format)) {
      formats.set(draft.index, { format: sibling[1].format, reason: `as in \`${drafts[sibling[0]]!.header}\`; the values here alone would fit ${possible.join(' and ')}` });
      continue;
    }
    const readings = possible.map((format) => `${readDay(example, format) ?? 'no date'} (${format})`).join(' or ');
    questions.push({ is: 'date_format', index: draft.index, header: draft.header, attribute: draft.attribute, choices: [...possible], text: `in \`${draft.header}\`, is \`${shown(example, 40)}\` ${readings}?` });
  }
  return formats;
}

function recogniseNameOrder(full: Draft | undefined, valuesOf: (index: number) => string[], choices: Choices, questions: HrQuestion[]): HrNameOrder | null {
  if (!full) return null;
  if (choices.nameOrder) return choices.nameOrder;
  const values = valuesOf(full.index);
  if (values.length === 0) return 'family, given';
  if (mostly(values, (value) => value.includes(','))) {
    full.reason += '; the comma says `family, given`';
    return 'family, given';
  }
  const example = values.find((value) => value.includes(' ')) ?? values[0]!;
  questions.push({ is: 'name_order', index: full.index, header: full.header, attribute: 'fullName', choices: ['given family', 'family given'], text: `in \`${full.header}\`, does \`${shown(example, 80)}\` begin with the given or with the family name?` });
  return null;
}

/** Text of a file for showing: control characters made visible (PostgreSQL text cannot hold NUL), cut without halving a character. */
export const shown = (text: string, most: number): string =>
  text
    .slice(0, most)
    .replace(/[\u0000-\u001f]/g, (character) => String.fromCharCode(0x2400 + character.charCodeAt(0)))
    .replace(/[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\ufffd')
    .toWellFormed();
