import type { HrDateFormat } from '@bailiwick/contract/hr-feed';
import { hrDateFormats } from '@bailiwick/contract/hr-feed';

/** `YYYY-MM-DD`: a day, not a moment. */
export type Day = string;

// A time of day after the date is allowed and means nothing: HR dates are days.
const time = String.raw`(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?`;
const shapes: Readonly<Record<HrDateFormat, { readonly pattern: RegExp; readonly order: 'ymd' | 'dmy' | 'mdy' }>> = {
  'yyyy-mm-dd': { pattern: new RegExp(`^(\\d{4})-(\\d{1,2})-(\\d{1,2})${time}$`), order: 'ymd' },
  'yyyy/mm/dd': { pattern: new RegExp(`^(\\d{4})/(\\d{1,2})/(\\d{1,2})${time}$`), order: 'ymd' },
  yyyymmdd: { pattern: /^(\d{4})(\d{2})(\d{2})$/, order: 'ymd' },
  'dd.mm.yyyy': { pattern: new RegExp(`^(\\d{1,2})\\.(\\d{1,2})\\.(\\d{4})${time}$`), order: 'dmy' },
  'dd/mm/yyyy': { pattern: new RegExp(`^(\\d{1,2})/(\\d{1,2})/(\\d{4})${time}$`), order: 'dmy' },
  'mm/dd/yyyy': { pattern: new RegExp(`^(\\d{1,2})/(\\d{1,2})/(\\d{4})${time}$`), order: 'mdy' },
  'dd-mm-yyyy': { pattern: new RegExp(`^(\\d{1,2})-(\\d{1,2})-(\\d{4})${time}$`), order: 'dmy' },
  'mm-dd-yyyy': { pattern: new RegExp(`^(\\d{1,2})-(\\d{1,2})-(\\d{4})${time}$`), order: 'mdy' },
};

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
const lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** The day that `text` writes in `format`, or null where there is no such day. */
export function readDay(text: string, format: HrDateFormat): Day | null {
  if (text.length > 40) return null;
  const { pattern, order } = shapes[format];
  const found = pattern.exec(text);
  if (!found) return null;
  const [first, second, third] = [found[1]!, found[2]!, found[3]!];
  const [year, month, day] = order === 'ymd' ? [first, second, third] : order === 'dmy' ? [third, second, first] : [third, first, second];
  const [y, m, d] = [Number(year), Number(month), Number(day)];
  if (y < 1900 || y > 2200 || m < 1 || m > 12 || d < 1 || d > (m === 2 && isLeap(y) ? 29 : lengths[m - 1]!)) return null;
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
}

/** What SAP and others write for "no date": 31.12.9999, 00.00.0000. */
export const meansNoDate = (text: string): boolean => /^(?:(?:9999.?12.?31|31.12.9999|12.31.9999)(?:[T ].{0,20})?|[0.\-/]{8,10})$/.test(text);

export type DateFormatFound =
  | { readonly is: 'found'; readonly format: HrDateFormat; readonly reason: string }
  | { readonly is: 'no_values' }
  | { readonly is: 'no_dates'; readonly reason: string }
  /** Both read every value, and differently: only a person knows. */
  | { readonly is: 'ambiguous'; readonly choices: readonly HrDateFormat[]; readonly example: string };

/** One format for the whole column, decided by all its values. */
export function recogniseDateFormat(values: readonly string[]): DateFormatFound {
  const given = values.filter((value) => value !== '' && !meansNoDate(value));
  if (given.length === 0) return { is: 'no_values' };
  const fits = hrDateFormats.map((format) => ({ format, count: given.reduce((sum, value) => sum + (readDay(value, format) === null ? 0 : 1), 0) })).filter((one) => one.count > 0).sort((a, b) => b.count - a.count);
  const best = fits[0];
  if (!best) return { is: 'no_dates', reason: `no value is a date we know; the first is \`${given[0]!.slice(0, 40)}\`` };
  const share = best.count === given.length ? `all ${given.length} values fit` : `${best.count} of ${given.length} values fit`;
  const other = shapes[best.format].order === 'ymd' ? null : rivalOf(best.format);
  if (other === null) return { is: 'found', format: best.format, reason: share };

  let onlyBest = 0;
  let onlyOther = 0;
  let example: string | null = null;
  for (const value of given) {
    const ours = readDay(value, best.format);
    const theirs = readDay(value, other);
    if (ours !== null && theirs === null) onlyBest += 1;
    else if (ours === null && theirs !== null) onlyOther += 1;
    else if (ours !== theirs) example ??= value;
  }
  // No value tells them apart: harmless if no value differs either (05/05/2024).
  if (onlyBest === 0 && onlyOther === 0) return example === null ? { is: 'found', format: best.format, reason: `${share}, and read the same either way` } : { is: 'ambiguous', choices: [best.format, other], example };
  // A few misfits are bad rows of a clear column; many mean that the column is mixed.
  if (onlyBest < onlyOther * 10) return { is: 'ambiguous', choices: [best.format, other], example: example ?? given[0]! };
  return { is: 'found', format: best.format, reason: `${share}; ${onlyBest} ${onlyBest === 1 ? 'has' : 'have'} a day above 12` };
}

export function rivalOf(format: HrDateFormat): HrDateFormat | null {
  if (format === 'dd/mm/yyyy') return 'mm/dd/yyyy';
  if (format === 'mm/dd/yyyy') return 'dd/mm/yyyy';
  if (format === 'dd-mm-yyyy') return 'mm-dd-yyyy';
  if (format === 'mm-dd-yyyy') return 'dd-mm-yyyy';
  return null;
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function partsIn(timeZone: string, at: Date): Record<string, string> {
  let formatter = formatters.get(timeZone);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en-CA', { timeZone, calendar: 'gregory', numberingSystem: 'latn', hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' });
    formatters.set(timeZone, formatter);
  }
  return Object.fromEntries(formatter.formatToParts(at).map((part) => [part.type, part.value]));
}

export function isTimeZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** The day it is in a place. */
export function dayIn(timeZone: string, at: Date): Day {
  const { year, month, day } = partsIn(timeZone, at);
  return `${year!.padStart(4, '0')}-${month}-${day}`;
}

const offsetMs = (timeZone: string, at: Date): number => {
  const { year, month, day, hour, minute, second } = partsIn(timeZone, at);
  return Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)) - Math.floor(at.getTime() / 1_000) * 1_000;
};

/** The first moment of a day in a place; where summer time swallows midnight, the first moment after it. */
export function startOf(day: Day, timeZone: string): Date {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  const near = [-1, 0, 1].map((days) => offsetMs(timeZone, new Date(midnight + days * 86_400_000)));
  const candidates = [...new Set(near)].map((offset) => midnight - offset).sort((a, b) => a - b);
  return new Date(candidates.find((at) => dayIn(timeZone, new Date(at)) === day) ?? candidates.at(-1)!);
}

/** The last working day ends when the next day begins. */
export const endOf = (day: Day, timeZone: string): Date => startOf(new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10), timeZone);
