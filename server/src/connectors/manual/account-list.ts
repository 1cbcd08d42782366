import { parse } from 'csv-parse/sync';
import type { ListedAccount } from '../contract/manual-store.ts';

export type ListColumn = 'id' | 'login' | 'name' | 'email' | 'status' | 'entitlements' | 'lastSignInAt';

/** Which header of the file holds what; what the guess got wrong is corrected by the person who uploads. */
export type ListColumns = Readonly<Partial<Record<ListColumn, string>>>;

export interface ListFault {
  /** As an editor counts them: the header is line 1. */
  readonly line: number;
  readonly text: string;
}

export type AccountListReading =
  | { readonly isReadable: true; readonly columns: ListColumns; readonly accounts: readonly ListedAccount[] }
  | { readonly isReadable: false; readonly columns: ListColumns; readonly faults: readonly ListFault[] };

const guesses: Readonly<Record<ListColumn, RegExp>> = {
  id: /^(account|user|member)?\s*id(entifier)?$/,
  login: /^(login|user\s*name|account(\s*name)?|user|sign-?in(\s*name)?)$/,
  name: /^((full|display)\s*)?name$/,
  email: /^(primary\s*)?e-?mail(\s*address)?$|^mail$/,
  status: /^((account|user)\s*)?(status|state)$|^(is\s*)?(enabled|active|disabled|inactive|suspended|deactivated|locked)$/,
  entitlements: /^(groups?|roles?|permissions?|entitlements?|rights?|teams?|licen[cs]es?)$/,
  lastSignInAt: /^last\s*(sign-?in|log-?in|login|active|activity|seen|access)(\s*(at|date|time))?$/,
};

const plain = (header: string): string => header.trim().toLowerCase().replaceAll('_', ' ');

export function guessColumns(headers: readonly string[]): ListColumns {
  const columns: Partial<Record<ListColumn, string>> = {};
  for (const [column, pattern] of Object.entries(guesses) as [ListColumn, RegExp][]) {
    const header = headers.find((one) => pattern.test(plain(one)));
    if (header !== undefined) columns[column] = header;
  }
  return columns;
}

const on = new Set(['active', 'enabled', 'yes', 'y', 'true', '1', 'on', 'ok', 'activated', 'licensed']);
const off = new Set(['inactive', 'disabled', 'no', 'n', 'false', '0', 'off', 'suspended', 'deactivated', 'locked', 'blocked', 'archived', 'deleted']);

function isEnabledBy(header: string, value: string): boolean | null {
  const word = plain(value);
  // A column named after the opposite: `Disabled` = yes.
  const isOpposite = /disabled|inactive|suspended|deactivated|locked/.test(plain(header));
  if (on.has(word)) return !isOpposite;
  if (off.has(word) || (isOpposite && word === '')) return isOpposite;
  return null;
}

/**
 * The list of accounts that a system without an API gave out. One bad row and nothing is taken: half a list looks like
 * people who left.
 */
export function readAccountList(text: string, chosen: ListColumns = {}): AccountListReading {
  let rows: { record: Record<string, string>; info: { lines: number } }[];
  let headers: string[] = [];
  const nul = text.indexOf('\u0000');
  if (nul >= 0) return { isReadable: false, columns: {}, faults: [{ line: text.slice(0, nul).split('\n').length, text: 'this line holds the character NUL, as files in UTF-16 do: save the list as CSV in UTF-8' }] };
  try {
    rows = parse(text, {
      columns: (line: string[]) => (headers = line.map((one) => one.trim())), bom: true, delimiter: delimiterOf(text), info: true, skip_empty_lines: true,
    }) as unknown as typeof rows;
  } catch (fault) {
    const line = fault !== null && typeof fault === 'object' && 'lines' in fault ? Number(fault.lines) : 1;
    return { isReadable: false, columns: {}, faults: [{ line, text: `this line cannot be read as CSV (${fault instanceof Error ? fault.message : 'unknown'}): export the list again` }] };
  }
  const columns: ListColumns = { ...guessColumns(headers), ...chosen };
  const refuse = (line: number, reason: string): AccountListReading => ({ isReadable: false, columns, faults: [{ line, text: reason }] });
  for (const [column, header] of Object.entries(columns)) if (!headers.includes(header)) return refuse(1, `there is no column \`${header}\` for the ${column}: choose another`);
  const loginHeader = columns.login ?? columns.email;
  if (loginHeader === undefined) return refuse(1, 'no column holds the login or the e-mail address: choose it');
  if (rows.length === 0) return refuse(1, 'the list holds no account: an empty file is not taken for an empty system');

  const accounts: ListedAccount[] = [];
  const faults: ListFault[] = [];
  const seenOn = new Map<string, number>();
  for (const { record, info } of rows) {
    const field = (column: ListColumn): string | undefined => {
      const header = columns[column];
      return header === undefined ? undefined : (record[header] ?? '');
    };
    const login = record[loginHeader] ?? '';
    const id = field('id') ?? login;
    if (login.trim() === '' || id.trim() === '') {
      faults.push({ line: info.lines, text: 'the login is missing: fill it in or take the row out' });
      continue;
    }
    const earlier = seenOn.get(id.toLowerCase());
    if (earlier !== undefined) {
      faults.push({ line: info.lines, text: `\`${id}\` stands in line ${earlier} already: one row per account` });
      continue;
    }
    seenOn.set(id.toLowerCase(), info.lines);
    const status = field('status');
    const isEnabled = status === undefined ? true : isEnabledBy(columns.status ?? '', status);
    if (isEnabled === null) {
      faults.push({ line: info.lines, text: `\`${status ?? ''}\` is not a status that is known: write active or disabled` });
      continue;
    }
    const lastSignIn = timeOf(field('lastSignInAt'));
    accounts.push({
      id, login, name: field('name') || login, email: field('email') || null, isEnabled, entitlements: namesIn(field('entitlements') ?? ''),
      ...(lastSignIn === undefined ? {} : { lastSignInAt: lastSignIn }),
    });
  }
  return faults.length > 0 ? { isReadable: false, columns, faults } : { isReadable: true, columns, accounts };
}

/** The header decides: a semicolon further down may be part of a name. */
function delimiterOf(text: string): string {
  const [header = ''] = text.replaceAll(/"[^"]*"/g, '').split(/\r?\n/, 1);
  const count = (delimiter: string): number => header.split(delimiter).length;
  return [',', ';', '\t'].reduce((best, one) => (count(one) > count(best) ? one : best));
}

function namesIn(cell: string): readonly string[] {
  const separator = /[;|]/.test(cell) ? /[;|]/ : /,/;
  return [...new Set(cell.split(separator).map((one) => one.trim()).filter((one) => one !== ''))];
}

/** `undefined`: no such column, or a date that cannot be read for sure. `null`: the column says never. */
function timeOf(cell: string | undefined): string | null | undefined {
  if (cell === undefined) return undefined;
  const text = cell.trim();
  if (text === '' || /^(never|-|none)$/i.test(text)) return null;
  // 03/04/2026 is two dates; only the order year, month, day is sure.
  if (!/^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/.test(text)) return undefined;
  const time = Date.parse(text.length === 10 || /(Z|[+-]\d\d:?\d\d)$/.test(text) ? text.replace(' ', 'T') : `${text.replace(' ', 'T')}Z`);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}
