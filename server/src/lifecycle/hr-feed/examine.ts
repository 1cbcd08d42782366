import type { HrAttribute, HrColumn, HrEncoding, HrQuestion, HrSeparator } from '@bailiwick/contract/hr-feed';
import { monotonicMs } from '../../platform/clock/index.ts';
import { decode } from './decoding.ts';
import { recogniseColumns, type Choices } from './mapping.ts';
import { readTable, recogniseSeparator } from './reading.ts';
import { readRows, type RowsRead } from './rows.ts';

export interface Recognised {
  readonly encoding: HrEncoding;
  readonly hasByteOrderMark: boolean;
  readonly encodingReason: string;
  readonly separator: HrSeparator;
  readonly separatorReason: string;
  readonly headerLine: number;
  readonly columns: readonly HrColumn[];
}

/** What one file says by itself, before anybody is compared. Plain values only: it crosses threads. */
export type Examined =
  | { readonly is: 'spreadsheet' }
  | { readonly is: 'unreadable'; readonly why: string }
  | { readonly is: 'choice_wrong'; readonly why: string }
  | { readonly is: 'empty' }
  | (RowsRead & {
      readonly is: 'table';
      readonly recognised: Recognised;
      readonly questions: readonly HrQuestion[];
      readonly rowCount: number;
      readonly cut: string | null;
      readonly managerIs: 'number' | 'email';
    });

/** Bytes to rows. Pure and synchronous; `examineApart` runs it beside the event loop. */
export function* examining(bytes: Uint8Array, choices: Choices): Generator<void, Examined> {
  const decoded = decode(bytes, choices.encoding);
  if (decoded.is !== 'text') return decoded;
  if (decoded.text.trim() === '') return { is: 'empty' };
  yield;
  const { separator, reason } = recogniseSeparator(decoded.text, choices.separator);
  const table = readTable(decoded.text, separator);
  if (table.is !== 'table') return table;
  yield;
  const wrong = wrongChoice(choices, table.header.cells.length);
  if (wrong !== null) return { is: 'choice_wrong', why: wrong };
  const mapping = recogniseColumns(table.header, table.rows, choices);
  yield;
  const read: RowsRead = mapping.questions.length > 0 ? { rows: [], badRows: [], problems: [] } : yield* readRows(table.header, table.rows, mapping);
  return {
    is: 'table',
    recognised: { encoding: decoded.encoding, hasByteOrderMark: decoded.hasByteOrderMark, encodingReason: decoded.reason, separator, separatorReason: reason, headerLine: table.header.line, columns: mapping.columns },
    questions: mapping.questions,
    rowCount: table.rows.length,
    cut: decoded.isCut ? 'the last character of the file is cut in two' : table.cut,
    managerIs: mapping.managerIs,
    ...read,
  };
}

function wrongChoice(choices: Choices, width: number): string | null {
  const taken = new Set<HrAttribute>();
  const indices = new Set<number>();
  for (const { index, attribute } of choices.columns ?? []) {
    if (index >= width) return `there is no column ${index + 1}; the file has ${width}`;
    if (indices.has(index)) return `column ${index + 1} was chosen for two things`;
    indices.add(index);
    if (attribute === null) continue;
    if (taken.has(attribute)) return `two columns were chosen as \`${attribute}\``;
    taken.add(attribute);
  }
  const beyond = choices.dateFormats?.find(({ index }) => index >= width);
  return beyond ? `there is no column ${beyond.index + 1}; the file has ${width}` : null;
}

/** Runs to the end without a pause. */
export function atOnce<T>(work: Generator<void, T>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

const sliceMs = 5;

/** Runs to the end, letting others have the process every few milliseconds: where it may pause, `work` yields. */
export async function inSlices<T>(work: Generator<void, T>): Promise<T> {
  for (let since = monotonicMs(); ; ) {
    const step = work.next();
    if (step.done) return step.value;
    if (monotonicMs() - since < sliceMs) continue;
    await new Promise((resume) => setImmediate(resume));
    since = monotonicMs();
  }
}
