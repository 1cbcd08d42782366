import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyDialect, anyPeople, encode, hrFile, testEncodings } from '../../../testing/hr-files.ts';
import { dayIn, endOf, isTimeZone, readDay, recogniseDateFormat, startOf } from './dates.ts';
import { decode } from './decoding.ts';
import { atOnce, examining, type Examined } from './examine.ts';
import { meaningOf } from './header-words.ts';
import type { Choices } from './mapping.ts';
import { readTable, recogniseSeparator } from './reading.ts';
import { isEmail, splitName } from './rows.ts';
import { isWrittenFrom } from './windows-1252.ts';

type Table = Extract<Examined, { is: 'table' }>;

function examine(text: string | Uint8Array, choices: Choices = {}): Table {
  const examined = atOnce(examining(typeof text === 'string' ? Buffer.from(text) : text, choices));
  if (examined.is !== 'table') throw new Error(`not a table: ${JSON.stringify(examined)}`);
  return examined;
}
const columnOf = (table: Table, header: string) => table.recognised.columns.find((column) => column.header === header)!;
const head = 'Employee ID,First Name,Last Name';

describe('any export of any HR system', () => {
  it('reads as the same people whatever the encoding, separator, quotes, line breaks, language and date format', () => {
    fc.assert(
      fc.property(anyPeople, anyDialect, (people, dialect) => {
        const table = examine(hrFile(people, dialect));
        expect(table.questions).toEqual([]);
        expect(table.problems).toEqual([]);
        expect(table.cut).toBeNull();
        expect(table.recognised.separator).toBe(dialect.separator);
        expect(table.recognised.encoding).toBe(dialect.encoding.split(' ')[0]);
        expect(table.rows.map((row) => [row.employeeNumber, row.givenName, row.familyName, row.texts.title, row.texts.department, row.startDate])).toEqual(people.map((one) => [one.number, one.given, one.family, one.title, one.department, one.start]));
      }),
      { numRuns: 150 },
    );
  });

  it('never throws, whatever the bytes are', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => void atOnce(examining(bytes, {}))), { numRuns: 300 });
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom('"', ',', ';', '\n', '\r', '\t', '|', 'a', '\u0000', '1', '.', '/', 'é', '@', ' '), maxLength: 120 }), (text) => void atOnce(examining(Buffer.from(`${head}\n${text}`), {}))), { numRuns: 300 });
  });
});

describe('encodings', () => {
  const sample = 'Pers.-Nr.;Name\r\n1;Lefèvre, Zoë\r\n';
  it.each(testEncodings)('%s is recognised and read', (encoding) => {
    expect(decode(encode(sample, encoding))).toMatchObject({ is: 'text', text: sample, isCut: false, encoding: encoding.split(' ')[0], hasByteOrderMark: encoding.endsWith('mark') });
  });

  it('a Windows-1252 file that ends with an accented letter is not taken for cut UTF-8', () => {
    expect(decode(encode('1;René', 'windows-1252'))).toMatchObject({ encoding: 'windows-1252', text: '1;René' });
  });

  it('UTF-8 cut in the middle of its last letter is known to be cut', () => {
    const bytes = Buffer.from('Zoë;René');
    expect(decode(bytes.subarray(0, -1))).toMatchObject({ encoding: 'utf-8', isCut: true });
  });

  it('a spreadsheet is told apart from a CSV', () => {
    expect(decode(Buffer.from('PK\u0003\u0004rest'))).toEqual({ is: 'spreadsheet' });
  });

  it('knows what a small encoding does to a name, and what is a new name', () => {
    expect(isWrittenFrom('Kovac', 'Kovač')).toBe(true);
    expect(isWrittenFrom('Kalninš', 'Kalniņš')).toBe(true);
    expect(isWrittenFrom('Nguy?n', 'Nguyễn')).toBe(true);
    expect(isWrittenFrom('Lodz', 'Łódz')).toBe(false);
    expect(isWrittenFrom('Łodz', 'Łodz')).toBe(false);
    expect(isWrittenFrom('Lefevre', 'Lefèvre')).toBe(false);
    expect(isWrittenFrom('Kovax', 'Kovač')).toBe(false);
  });
});

describe('separators and rows', () => {
  it('a comma in every name does not make the comma the separator', () => {
    expect(recogniseSeparator('Nr;Name\n1;Sharma, Ken\n2;Evans, Roberto\n').separator).toBe(';');
    expect(recogniseSeparator('sep=;\nA;B\n').separator).toBe(';');
  });

  it('line numbers are those of an editor, also after line breaks inside quotes and blank lines', () => {
    const table = readTable('a,b\r\n"x\r\ny\nz",2\r\n\r\n,\r\n3,4\r\n', ',');
    expect(table).toMatchObject({ is: 'table', rows: [{ line: 2 }, { line: 7, cells: ['3', '4'] }] });
  });

  it('a title above the header is passed over', () => {
    const table = examine(`Export of 2014-09-30\n\n${head}\n1,Ken,Sharma\n`);
    expect(table.recognised.headerLine).toBe(3);
    expect(table.rows[0]).toMatchObject({ line: 4, employeeNumber: '1' });
  });

  it('a transfer that broke off is seen: a short last line, an open quote', () => {
    expect(examine(`${head}\n1,Ken,Sharma\n2,Ter`).cut).toMatch(/line 3, the last one, breaks off after 2 of 3/);
    expect(examine(`${head}\n1,Ken,Sharma\n2,"Terri,Duffy\n`).cut).toMatch(/quote/);
    expect(examine(`${head}\n1,Ken,Sharma`).cut).toBeNull();
  });

  it('an empty file is empty, whatever kind of nothing it holds', () => {
    for (const nothing of ['', '\ufeff', ' \n\r\n', head, `${head}\r\n\r\n`]) expect(atOnce(examining(Buffer.from(nothing), {})).is).toBe('empty');
  });
});

describe('columns', () => {
  it('known names are certain in four languages, and the reason is told', () => {
    const meanings = ['Employee ID', 'PERS.-NR.', 'Matricule', 'Nº empleado', 'EmployeeId', 'Vorgesetzter', 'Date d’embauche', 'Fecha de baja', 'Prénom'].map((header) => meaningOf(header));
    expect(meanings.map((meaning) => meaning?.attribute)).toEqual(['employeeNumber', 'employeeNumber', 'employeeNumber', 'employeeNumber', 'employeeNumber', 'manager', 'startDate', 'endDate', 'givenName']);
    expect(meanings.every((meaning) => meaning?.confidence === 'certain')).toBe(true);
    expect(meaningOf('Original Hire Date (local)')).toMatchObject({ attribute: 'startDate', confidence: 'likely' });
    expect(meaningOf('Favourite colour')).toBeNull();
  });

  it('names of an object’s own parts are headers like any other (prototype pollution)', () => {
    const table = examine(`${head},__proto__,constructor,toString\n1,Ken,Sharma,x,y,z\n`);
    expect(table.recognised.columns.slice(3).map((column) => [column.header, column.attribute])).toEqual([['__proto__', null], ['constructor', null], ['toString', null]]);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  it('asks where a column is missing, and takes the answer', () => {
    const text = 'No one knows,First Name,Last Name\n17,Ken,Sharma\n';
    expect(examine(text).questions).toMatchObject([{ is: 'column', attribute: 'employeeNumber' }]);
    expect(examine(text, { columns: [{ index: 0, attribute: 'employeeNumber' }] }).rows).toMatchObject([{ employeeNumber: '17' }]);
    expect(atOnce(examining(Buffer.from(text), { columns: [{ index: 9, attribute: 'title' }] }))).toMatchObject({ is: 'choice_wrong' });
  });

  it('a column of managers’ names is not guessed at', () => {
    const table = examine(`${head},Manager\nA1,Ken,Sharma,\nA2,Terri,Duffy,Ken Sharma\n`);
    expect(columnOf(table, 'Manager')).toMatchObject({ attribute: null, reason: expect.stringContaining('neither employee numbers') });
  });

  it('a column without any value says nothing, so that a broken export empties nobody’s department', () => {
    const table = examine(`${head},Department,Termination Date\n1,Ken,Sharma,,\n`);
    expect(table.rows[0]!.texts).toEqual({});
    expect(table.rows[0]!.endDate).toBeNull();
  });

  it('one name column: the comma decides; without one the user is asked', () => {
    expect(examine('Employee ID,Name\n1,"Van der Berg, Ranjit"\n').rows[0]).toMatchObject({ givenName: 'Ranjit', familyName: 'Van der Berg' });
    const text = 'Employee ID,Name\n1,Ken Sharma\n';
    expect(examine(text).questions).toMatchObject([{ is: 'name_order' }]);
    expect(examine(text, { nameOrder: 'given family' }).rows[0]).toMatchObject({ givenName: 'Ken', familyName: 'Sharma' });
    expect(splitName('Van der Berg Ranjit', 'family given')).toEqual({ familyName: 'Van der Berg', givenName: 'Ranjit' });
  });
});

describe('dates', () => {
  it('one value with a day above 12 decides for the whole column', () => {
    expect(recogniseDateFormat(['03/04/2014', '25/09/2014'])).toMatchObject({ is: 'found', format: 'dd/mm/yyyy' });
    expect(recogniseDateFormat(['03/04/2014', '09/25/2014'])).toMatchObject({ is: 'found', format: 'mm/dd/yyyy' });
    expect(recogniseDateFormat(['3.4.2014'])).toMatchObject({ is: 'found', format: 'dd.mm.yyyy' });
  });

  it('where nothing decides, the user is asked with both readings', () => {
    expect(recogniseDateFormat(['03/04/2014', '05/06/2014'])).toMatchObject({ is: 'ambiguous', choices: ['dd/mm/yyyy', 'mm/dd/yyyy'] });
    expect(recogniseDateFormat(['05/05/2014'])).toMatchObject({ is: 'found' });
    const table = examine(`${head},Hire Date\n1,Ken,Sharma,03/04/2014\n`);
    expect(table.questions).toMatchObject([{ is: 'date_format', index: 3, text: expect.stringContaining('2014-04-03 (dd/mm/yyyy) or 2014-03-04 (mm/dd/yyyy)') }]);
    expect(examine(`${head},Hire Date\n1,Ken,Sharma,03/04/2014\n`, { dateFormats: [{ index: 3, format: 'mm/dd/yyyy' }] }).rows[0]!.startDate).toBe('2014-03-04');
  });

  it('a mixed column is asked about, and a clear column speaks for its neighbour, in words', () => {
    expect(recogniseDateFormat(['13/04/2014', '04/13/2014', '25/12/2013'])).toMatchObject({ is: 'ambiguous' });
    const table = examine(`${head},Hire Date,Termination Date\n1,Ken,Sharma,25/04/2013,03/04/2014\n`);
    expect(table.questions).toEqual([]);
    expect(columnOf(table, 'Termination Date')).toMatchObject({ dateFormat: 'dd/mm/yyyy', dateFormatReason: expect.stringContaining('as in `Hire Date`') });
  });

  it('days that do not exist are no days, and 31.12.9999 means no end', () => {
    expect(readDay('2014-02-29', 'yyyy-mm-dd')).toBeNull();
    expect(readDay('2016-02-29T00:00:00Z', 'yyyy-mm-dd')).toBe('2016-02-29');
    expect(readDay('31.02.2014', 'dd.mm.yyyy')).toBeNull();
    expect(examine(`${head},Austritt\n1,Ken,Sharma,31.12.9999\n2,Terri,Duffy,30.11.2014\n`).rows.map((row) => row.endDate)).toEqual([null, '2014-11-30']);
  });

  it('a day ends at midnight of the organisation, also where the clock jumps over midnight', () => {
    expect(endOf('2026-03-28', 'Europe/Berlin').toISOString()).toBe('2026-03-28T23:00:00.000Z');
    expect(endOf('2026-03-29', 'Europe/Berlin').toISOString()).toBe('2026-03-29T22:00:00.000Z');
    expect(endOf('2026-10-25', 'Europe/Berlin').toISOString()).toBe('2026-10-25T23:00:00.000Z');
    expect(startOf('2017-10-15', 'America/Sao_Paulo').toISOString()).toBe('2017-10-15T03:00:00.000Z');
    expect(startOf('2026-01-01', 'Asia/Kathmandu').toISOString()).toBe('2025-12-31T18:15:00.000Z');
    expect(dayIn('Pacific/Auckland', new Date('2026-06-30T12:30:00Z'))).toBe('2026-07-01');
    expect([isTimeZone('Europe/Berlin'), isTimeZone('Mars/Olympus')]).toEqual([true, false]);
  });
});

describe('rows', () => {
  const wide = `${head},Work Email,Job Title,Manager ID,Hire Date,Termination Date`;
  const problemsOf = (...rows: string[]) => examine(`${wide}\n1,Ken,Sharma,ken@example.com,Chief,,2009-01-14,\n${rows.join('\n')}\n`).problems.map((problem) => [problem.line, problem.code]);

  it('each mistake is named with its line', () => {
    expect(problemsOf('1,Terri,Duffy,,,,,')).toEqual([[3, 'employee_number_twice']]);
    expect(problemsOf(',Terri,Duffy,,,,,')).toEqual([[3, 'employee_number_missing']]);
    expect(problemsOf('1.2E+05,Terri,Duffy,,,,,')).toEqual([[3, 'employee_number_unreadable']]);
    expect(problemsOf('2,,,,,,,')).toEqual([[3, 'name_missing']]);
    expect(problemsOf('2,Terri,Duffy,,,2,,')).toEqual([[3, 'manager_is_self']]);
    expect(problemsOf('2,Terri,Duffy,,,,2014-02-31,')).toEqual([[3, 'date_unreadable']]);
    expect(problemsOf('2,Terri,Duffy,not an address,,,,')).toEqual([[3, 'email_unreadable']]);
    expect(problemsOf('2,Terri,Duffy,,Head\u0000of,,,')).toEqual([[3, 'value_has_control_characters']]);
    expect(problemsOf('2,Terri\u202e,Duffy,,,,,')).toEqual([[3, 'value_has_control_characters']]);
    expect(problemsOf(`2,Terri,${'x'.repeat(101)},,,,,`)).toEqual([[3, 'value_too_long']]);
    expect(problemsOf('2,Terri,Duffy')).toEqual([[3, 'columns_missing']]);
    expect(problemsOf('2,Terri,Duffy,,Sales, Europe,,,,')).toEqual([[3, 'columns_too_many']]);
  });

  it('addresses with letters of every script are addresses', () => {
    expect(['josé1@adventure-works.com', 'françois0@example.com', 'иван@пример.рф', 'a.b+c@sub.example.com'].every(isEmail)).toBe(true);
    expect(['not an address', 'a@b', '@example.com', 'a@@example.com', 'a@-x.com', '.a@example.com', 'a..b@example.com', 'a@example.com,b@example.com'].some(isEmail)).toBe(false);
  });

  it('values that look like formulas or markup are text and stay as they are', () => {
    expect(examine(`${wide}\n1,Ken,Sharma,,"=HYPERLINK(""http://x"")",,,\n`).rows[0]!.texts.title).toBe('=HYPERLINK("http://x")');
  });
});

describe('hostile files', () => {
  const within = (ms: number, work: () => void): void => {
    const started = performance.now();
    work();
    expect(performance.now() - started).toBeLessThan(ms);
  };

  it('a header of a million columns is refused at once', () => {
    within(3_000, () => expect(atOnce(examining(Buffer.from('a,'.repeat(1_000_000)), {}))).toMatchObject({ is: 'unreadable' }));
  });

  it('a million columns in a later row are refused as well', () => {
    within(6_000, () => expect(atOnce(examining(Buffer.from(`${head}\n1,Ken,Sharma\n${'a,'.repeat(1_000_000)}`), {}))).toMatchObject({ is: 'unreadable' }));
  });

  it('long runs of quotes, at signs, dots, digits and blanks cost time in proportion, not squared', () => {
    for (const run of ['"', '@', '.', '1', ' ', 'é', '\n', ',"', '/1', 'a@', '9999-']) within(4_000, () => void atOnce(examining(Buffer.from(`${head},Work Email,Hire Date\n1,${run.repeat(400_000)}`), {})));
  });
});
