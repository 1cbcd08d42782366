import { language, words } from '../words/index.ts';

const units: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 31_557_600_000],
  ['month', 2_629_800_000],
  ['week', 604_800_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
];

/** `38 seconds ago`, `in 3 days`. */
export function relative(at: Date, now: number): string {
  const apart = at.getTime() - now;
  // The server's clock may be a little ahead of this one's tick: what has just been done is not to come.
  const distance = apart > 0 && apart < 3_000 ? 0 : apart;
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'long' });
  for (const [unit, size] of units) {
    // Of what is to come a hair may be missing: ten years from a minute ago are not nine.
    if (Math.abs(distance) >= size) return format.format(distance > 0 ? Math.floor(distance / size + 0.05) : Math.trunc(distance / size), unit);
  }
  return format.format(0, 'second');
}

/** `23 Nov 2026, 14:05:03 CET`: what the auditor copies. */
export const exact = (at: Date): string => new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, { dateStyle: 'medium', timeStyle: 'medium' }).format(at);
export const clockTime = (at: Date): string => new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(at);
/** A day of the calendar (`2026-11-23`), which has no time zone. */
export const day = (date: string): string => new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(`${date.slice(0, 10)}T00:00:00Z`));

/** `0.8 s`, `38 s`, `4 min 10 s`, `3 h 20 min`, `2 d 4 h`. */
export function duration(ms: number): string {
  const { second, minute, hour, day } = words.ui.units;
  const seconds = Math.max(0, ms) / 1_000;
  if (seconds < 10) return `${new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(seconds)} ${second}`;
  if (seconds < 120) return `${Math.round(seconds)} ${second}`;
  const minutes = Math.floor(seconds / 60);
  const and = (whole: string, rest: number, unit: string): string => (rest === 0 ? whole : `${whole} ${rest} ${unit}`);
  if (minutes < 60) return and(`${minutes} ${minute}`, Math.floor(seconds % 60), second);
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return and(`${hours} ${hour}`, minutes % 60, minute);
  return and(`${Math.floor(hours / 24)} ${day}`, hours % 24, hour);
}

export const number = (value: number): string => new Intl.NumberFormat(language).format(value);
export const percent = (share: number): string => new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: share > 0 && share < 0.1 ? 1 : 0 }).format(share);
