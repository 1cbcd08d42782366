import { EqualityFilter } from 'ldapts';
import { describe, expect, test } from 'vitest';
import { escapeRdnValue, fileTime, generalizedTime, guidBytes, guidText, isDisabledControl, passwordModifyRequest, unicodePassword, withDisabled } from './encodings.ts';
import { accountResource, idFilter, type DirectoryShape } from './flavour.ts';
import { LdapEntry } from './session.ts';

describe('Active Directory', () => {
  const shape: DirectoryShape = { flavour: 'active-directory', loginAttribute: 'sAMAccountName', accountClass: 'user', groupClass: 'group', memberAttribute: 'member', recordsSignIn: false };
  const guid = Buffer.from('33221100554477668899aabbccddeeff', 'hex');

  test('an objectGUID reads as its usual text and back, and is looked for as bytes', () => {
    expect(guidText(guid)).toBe('00112233-4455-6677-8899-aabbccddeeff');
    expect(guidBytes('00112233-4455-6677-8899-aabbccddeeff')).toEqual(guid);
    const filter = idFilter('00112233-4455-6677-8899-aabbccddeeff', shape);
    expect(filter).toBeInstanceOf(EqualityFilter);
    expect(filter).toMatchObject({ attribute: 'objectGUID', value: guid });
  });

  test('a password is written in quotes and UTF-16', () => {
    expect(unicodePassword('aé').toString('hex')).toBe('22006100e9002200');
  });

  test('disabling touches one bit and leaves the others', () => {
    expect(withDisabled(0x10200, true)).toBe(0x10202);
    expect(withDisabled(0x10202, false)).toBe(0x10200);
    expect(isDisabledControl(514)).toBe(true);
    expect(isDisabledControl(512)).toBe(false);
  });

  test('"never signed in" is told from a date, in both of its spellings', () => {
    expect(fileTime('0')).toBeNull();
    expect(fileTime('9223372036854775807')).toBeNull();
    expect(fileTime(undefined)).toBeNull();
    expect(fileTime('133000000000000000')).toBe('2022-06-18T04:26:40.000Z');
  });

  test('an entry becomes an account, with absent attributes absent', () => {
    const entry = new LdapEntry({ dn: 'CN=maria,DC=example,DC=com', objectGUID: guid, SAMAccountName: 'maria', userAccountControl: '66050', mail: [], adminCount: '1', lastLogonTimestamp: '0', whenCreated: '20260101080000.0Z' });
    const account = accountResource(entry, guidText(guid), shape, { kind: 'ppolicy' });
    expect(account.account).toEqual({
      login: 'maria', emails: [], status: 'disabled', kind: 'unknown', profile: { login: 'maria' }, isAdministrator: true, createdAt: '2026-01-01T08:00:00.000Z', lastSignInAt: null,
    });
  });
});

describe('every directory', () => {
  test.each([
    ['a,b+c"d\\e<f>g;h=i', 'a\\,b\\+c\\"d\\\\e\\<f\\>g\\;h\\=i'], ['#maria', '\\#maria'], [' maria ', '\\ maria\\ '], ['ма рия', 'ма рия'], ['a\u0000b', 'a\\00b'],
  ])('the name %j stands in a DN as %j', (plain, escaped) => expect(escapeRdnValue(plain)).toBe(escaped));

  test('times of the directory become times, and nonsense does not', () => {
    expect(generalizedTime('20261122083000Z')).toBe('2026-11-22T08:30:00.000Z');
    expect(generalizedTime('20261122083000.0Z')).toBe('2026-11-22T08:30:00.000Z');
    expect(generalizedTime('20261122093000+0100')).toBe('2026-11-22T08:30:00.000Z');
    expect(generalizedTime('yesterday')).toBeUndefined();
    expect(generalizedTime(undefined)).toBeUndefined();
  });

  test('the password change request is the one of RFC 3062, for long values too', () => {
    expect(passwordModifyRequest('cn=a', 'b').toString('hex')).toBe('3009' + '8004636e3d61' + '820162');
    const long = passwordModifyRequest('cn=a', 'x'.repeat(200));
    expect(long.subarray(0, 3).toString('hex')).toBe('3081d1');
    expect(long.subarray(9, 12).toString('hex')).toBe('8281c8');
  });
});
