import type { HrSeparator } from '@bailiwick/contract/hr-feed';
import { hrSeparators } from '@bailiwick/contract/hr-feed';
import { parse, CsvError } from 'csv-parse/sync';
import { countKnown } from './header-words.ts';

export const maxColumns = 500;
export const maxRows = 100_000;

export interface Line {
  /** Where the row begins in the file, counted from 1, line breaks inside quotes included. */
  readonly line: number;
  readonly cells: readonly string[];
}

export interface SeparatorFound {
  readonly separator: HrSeparator;
  readonly reason: string;
}

const nameOf: Readonly<Record<HrSeparator, string>> = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'vertical bar' };

/** The first rows as one separator would cut them; cheap and tolerant, only to choose by. */
function firstRows(text: string, separator: HrSeparator, most: number): string[][] {
  const rows: string[][] = [];
  let cells: string[] = [];
  let start = 0;
  let isQuoted = false;
  const end = Math.min(text.length, 65_536);
  for (let index = 0; index < end && rows.length < most; index += 1) {
    const character = text[index];
    if (character === '"' && (isQuoted || index === start)) isQuoted = !isQuoted;
    else if (isQuoted) continue;
    else if (character === separator || character === '\n' || character === '\r') {
      cells.push(text.slice(start, index));
      start = index + 1;
      if (character === separator) continue;
      if (cells.length > 1 || cells[0]!.trim() !== '') rows.push(cells);
      cells = [];
    }
  }
  if (end === text.length && rows.length < most) {
    cells.push(text.slice(start));
    if (cells.length > 1 || cells[0]!.trim() !== '') rows.push(cells);
  }
  return rows;
}

/** `sep=;` in the first line is what Excel writes and reads. */
const directiveIn = (text: string): HrSeparator | null => {
  const found = /^"?sep=([,;|\t])"?(?:\r\n|\n|\r|$)/i.exec(text.slice(0, 20))?.[1];
  return (found as HrSeparator | undefined) ?? null;
};

/** The separator under which most rows have equally many cells and most headers are names we know. */
export function recogniseSeparator(text: string, chosen?: HrSeparator): SeparatorFound {
  if (chosen) return { separator: chosen, reason: 'chosen' };
  const directive = directiveIn(text);
  if (directive) return { separator: directive, reason: 'the first line of the file names it' };
  let best: SeparatorFound & { score: number } = { separator: ',', reason: 'no separator was found', score: 0 };
  for (const separator of hrSeparators) {
    const rows = firstRows(text, separator, 100);
    const widths = new Map<number, number>();
    for (const row of rows) widths.set(row.length, (widths.get(row.length) ?? 0) + 1);
    const [width = 1, rowsOfWidth = 0] = [...widths].sort((a, b) => b[1] - a[1])[0] ?? [];
    const known = Math.max(0, ...rows.slice(0, 10).map(countKnown));
    const score = known * 100 + (width > 1 ? (rowsOfWidth / rows.length) * Math.min(width, 50) : 0);
    if (score > best.score) best = { separator, reason: width > 1 ? `${rowsOfWidth} of the first ${rows.length} rows have ${width} columns when cut at the ${nameOf[separator]}` : 'there is one column only', score };
  }
  return { separator: best.separator, reason: best.reason };
}

export type Table =
  | { readonly is: 'table'; readonly header: Line; readonly rows: readonly Line[]; /** Why the transfer seems to have broken off, or null. */ readonly cut: string | null }
  | { readonly is: 'empty' }
  | { readonly is: 'unreadable'; readonly why: string };

const lineBreaks = /\r\n|\n|\r/g;
const countBreaks = (text: string): number => (text.includes('\n') || text.includes('\r') ? (text.match(lineBreaks)?.length ?? 0) : 0);
const isBlank = (cells: readonly string[]): boolean => cells.every((cell) => cell.trim() === '');

/** Cuts the text into rows. Blank rows are left out and counted, so that line numbers stay those of the file. */
export function readTable(text: string, separator: HrSeparator): Table {
  const widest = firstRows(text, separator, 10).reduce((most, row) => Math.max(most, row.length), 0);
  if (widest > maxColumns) return { is: 'unreadable', why: `a row has more than ${maxColumns} columns` };

  const lines: Line[] = [];
  let next = 1;
  let emptySoFar = 0;
  let problem: string | null = null;
  let cut: string | null = null;
  try {
    parse(text, {
      columns: false,
      delimiter: separator,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      relax_quotes: true,
      // Here and not later: for every row of another width than the first the library makes an error object.
      skip_empty_lines: true,
      on_record(cells: string[], { empty_lines: emptyLines }) {
        // The library's own line counter takes CR LF inside quotes for two lines.
        const line = next + emptyLines - emptySoFar;
        emptySoFar = emptyLines;
        next = line + 1;
        for (const cell of cells) next += countBreaks(cell);
        if (cells.length > maxColumns) problem ??= `line ${line} has more than ${maxColumns} columns`;
        else if (lines.length > maxRows + 10) problem ??= `it has more than ${maxRows} rows`;
        else if (!isBlank(cells)) lines.push({ line, cells });
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    if (error.code !== 'CSV_QUOTE_NOT_CLOSED') return { is: 'unreadable', why: `line ${next} breaks the rules of CSV (${error.code})` };
    cut = `a quote that opens in line ${next} or after it is never closed`;
  }
  if (problem !== null) return { is: 'unreadable', why: problem };

  if (directiveIn(text)) lines.shift();
  // A title or a date of export may stand above the header.
  const known = lines.slice(0, 10).map((line) => countKnown(line.cells));
  const most = Math.max(0, ...known);
  const at = most >= 2 ? known.indexOf(most) : 0;
  const header = lines[at];
  if (!header) return { is: 'empty' };
  const rows = lines.slice(at + 1);
  if (rows.length > maxRows) return { is: 'unreadable', why: `it has more than ${maxRows} rows` };
  const last = rows.at(-1);
  if (cut === null && last && last.cells.length < header.cells.length && !/[\r\n]$/.test(text)) cut = `line ${last.line}, the last one, breaks off after ${last.cells.length} of ${header.cells.length} columns`;
  if (rows.length === 0 && cut === null) return { is: 'empty' };
  return { is: 'table', header, rows, cut };
}
