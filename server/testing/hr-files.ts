import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';

/*
 * HR files for tests: a real company's, where they are there, and made ones in every spelling a system may choose.
 */

/** Where the real files are: BAILIWICK_HR_FILES, or `shared/data/hr` beside the clone. Null where they are not; a test then says why it is skipped. */
export function realHrFolder(): string | null {
  const beside = path.resolve(fileURLToPath(new URL('../..', import.meta.url)), '..', 'shared', 'data', 'hr');
  const folder = process.env['BAILIWICK_HR_FILES'] ?? beside;
  return existsSync(folder) && readdirSync(folder).some((name) => name.endsWith('.csv')) ? folder : null;
}

export const noRealHrFiles = 'the real HR files are not here; set BAILIWICK_HR_FILES to their folder';

export const readRealHrFile = (name: string): Buffer => readFileSync(path.join(realHrFolder()!, name));

export type TestEncoding = 'utf-8' | 'utf-8 with mark' | 'utf-16le' | 'utf-16le with mark' | 'utf-16be' | 'utf-16be with mark' | 'windows-1252';
export const testEncodings: readonly TestEncoding[] = ['utf-8', 'utf-8 with mark', 'utf-16le', 'utf-16le with mark', 'utf-16be', 'utf-16be with mark', 'windows-1252'];

const windows1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

/** Text to bytes, without the code under test. */
export function encode(text: string, encoding: TestEncoding): Buffer {
  if (encoding === 'utf-8') return Buffer.from(text, 'utf8');
  if (encoding === 'utf-8 with mark') return Buffer.from(`\ufeff${text}`, 'utf8');
  if (encoding === 'windows-1252') return Buffer.from([...text].map((character) => (windows1252.includes(character) ? 0x80 + windows1252.indexOf(character) : character.charCodeAt(0))));
  const little = Buffer.from(encoding.endsWith('mark') ? `\ufeff${text}` : text, 'utf16le');
  return encoding.startsWith('utf-16be') ? little.swap16() : little;
}

export interface TestEmployee {
  readonly number: string;
  readonly given: string;
  readonly family: string;
  readonly title: string;
  readonly department: string;
  /** YYYY-MM-DD */
  readonly start: string;
}

export interface TestDialect {
  readonly encoding: TestEncoding;
  readonly separator: ',' | ';' | '\t' | '|';
  readonly lineBreak: '\n' | '\r\n' | '\r';
  readonly dateFormat: 'yyyy-mm-dd' | 'dd.mm.yyyy' | 'dd/mm/yyyy' | 'mm/dd/yyyy';
  readonly language: 'en' | 'de' | 'fr' | 'es';
  readonly hasOneNameColumn: boolean;
  readonly quotes: 'always' | 'where needed';
  readonly endsWithLineBreak: boolean;
}

const headers: Readonly<Record<TestDialect['language'], Record<'number' | 'given' | 'family' | 'whole' | 'title' | 'department' | 'start', string>>> = {
  en: { number: 'Employee ID', given: 'First Name', family: 'Last Name', whole: 'Name', title: 'Job Title', department: 'Department', start: 'Hire Date' },
  de: { number: 'Pers.-Nr.', given: 'Vorname', family: 'Nachname', whole: 'Name', title: 'Funktion', department: 'Abteilung', start: 'Eintritt' },
  fr: { number: 'Matricule', given: 'Prénom', family: 'Nom', whole: 'Nom et prénom', title: 'Poste', department: 'Département', start: "Date d'embauche" },
  es: { number: 'Nº empleado', given: 'Nombre', family: 'Apellidos', whole: 'Apellidos y nombre', title: 'Puesto', department: 'Departamento', start: 'Fecha de alta' },
};

/** A file as some HR system would export these people. */
export function hrFile(people: readonly TestEmployee[], dialect: TestDialect): Buffer {
  const words = headers[dialect.language];
  const names = dialect.hasOneNameColumn ? [words.whole] : [words.given, words.family];
  const cell = (text: string): string => (dialect.quotes === 'always' || /["\r\n,;\t|]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const date = (day: string): string => {
    const [y, m, d] = day.split('-') as [string, string, string];
    return dialect.dateFormat.replace('yyyy', y).replace('mm', m).replace('dd', d);
  };
  const rows = people.map((one) => [one.number, ...(dialect.hasOneNameColumn ? [`${one.family}, ${one.given}`] : [one.given, one.family]), one.title, one.department, date(one.start)]);
  const text = [[words.number, ...names, words.title, words.department, words.start], ...rows].map((row) => row.map(cell).join(dialect.separator)).join(dialect.lineBreak);
  return encode(dialect.endsWithLineBreak ? text + dialect.lineBreak : text, dialect.encoding);
}

export const anyDialect: fc.Arbitrary<TestDialect> = fc.record({
  encoding: fc.constantFrom(...testEncodings),
  separator: fc.constantFrom(',', ';', '\t', '|'),
  lineBreak: fc.constantFrom('\n', '\r\n', '\r'),
  dateFormat: fc.constantFrom('yyyy-mm-dd', 'dd.mm.yyyy', 'dd/mm/yyyy', 'mm/dd/yyyy'),
  language: fc.constantFrom('en', 'de', 'fr', 'es'),
  hasOneNameColumn: fc.boolean(),
  quotes: fc.constantFrom('always', 'where needed'),
  endsWithLineBreak: fc.boolean(),
});

const word = fc.constantFrom('Lefèvre', 'Öström', 'José', 'Zoë', 'Muñoz', 'Smith', "O'Neill", 'Van der Berg', 'Šimek', 'Ÿves', 'Anna-Lena', 'Æther', 'Straße');
const text = fc.constantFrom('Engineer', 'Head of R&D', 'Clerk; night shift', 'Say "hello"', 'Sales, Europe', 'a|b', '=1+1', '+SUM(A1)', '@home', 'Café “Paris” – €', 'constructor', '__proto__');

/** People whose dates leave no doubt about the format: one has a day above 12. */
export const anyPeople: fc.Arbitrary<TestEmployee[]> = fc
  .uniqueArray(fc.record({ number: fc.integer({ min: 1, max: 99_999 }).map((n) => `E${String(n).padStart(5, '0')}`), given: word, family: word, title: text, department: text, start: fc.date({ min: new Date('1999-01-01'), max: new Date('2020-12-31'), noInvalidDate: true }).map((day) => day.toISOString().slice(0, 10)) }), { selector: (one) => one.number, minLength: 1, maxLength: 12 })
  .map((people) => [...people, { number: 'E100000', given: 'Zoë', family: 'Tell-Apart', title: 'Clerk', department: 'Engineering', start: '2011-11-28' }]);
