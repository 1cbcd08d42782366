import { describe, expect, it } from 'vitest';
import type { EnrolledFactors } from '../../authentication/index.ts';
import { heldOf, isOpen, waysOf, type Administrator, type WaysIn } from './last-way-in.ts';

const none: EnrolledFactors = { hasPassword: false, totps: 0, passkeys: 0, verifiedPasskeys: 0, listedPasskeys: 0, pushDevices: 0, isPushOff: false, certificates: 0, verifiedCertificates: 0, hardwareCertificates: 0, recoveryCodesLeft: 0, recoveryAddresses: 0 };
const somebody = (name: string, usable: Partial<EnrolledFactors>): Administrator => ({ personId: name, name, usable: { ...none, ...usable } });
const maria = somebody('maria', { passkeys: 1, verifiedPasskeys: 1 });
const ivan = somebody('ivan', { hasPassword: true, totps: 1 });
const ways = (administrators: readonly Administrator[], workingSealed = 0): WaysIn => ({ administrators, workingSealed });

describe('who may go', () => {
  it.each<[string, WaysIn, string[], string[]]>([
    ['one of two who can sign in', ways([maria, ivan]), ['maria'], []],
    ['the only one who can sign in', ways([maria]), ['maria'], ['maria']],
    ['the only one who can, although another has the role and no factors', ways([maria, somebody('new', {})]), ['maria'], ['maria']],
    ['the only one who can, although another has one factor', ways([maria, somebody('half', { hasPassword: true })]), ['maria'], ['maria']],
    ['somebody who could not sign in anyway', ways([maria, somebody('new', {})]), ['new'], []],
    ['nobody was able, and one of them goes', ways([somebody('new', {}), somebody('other', {})]), ['new'], []],
    ['both at once: the longer-serving one is held', ways([ivan, maria]), ['maria', 'ivan'], ['ivan']],
    ['the only one, with one sealed account', ways([maria], 1), ['maria'], ['maria']],
    ['the only one, with two sealed accounts', ways([maria], 2), ['maria'], []],
    ['people who administer nothing', ways([maria]), ['tomás', 'ana'], []],
  ])('%s', (_what, given, leaving, held) => {
    expect([...heldOf(given, leaving)]).toEqual(held);
  });
});

describe('what is left', () => {
  it('is open while somebody reaches level 2, or two sealed accounts work', () => {
    expect([isOpen(ways([ivan])), isOpen(ways([somebody('half', { hasPassword: true })])), isOpen(ways([], 1)), isOpen(ways([], 2))]).toEqual([true, false, false, true]);
  });

  it('threat, lock-out by wrong tries: the ways that remain are named, the host always last', () => {
    const shutOut = somebody('ivan', { totps: 1, recoveryCodesLeft: 9 });
    expect(waysOf(ways([shutOut], 2))).toEqual([{ is: 'recovery', name: 'ivan' }, { is: 'break_glass', accounts: 2 }, { is: 'host' }]);
    expect(waysOf(ways([somebody('ivan', { totps: 1 })]))).toEqual([{ is: 'host' }]);
    expect(waysOf(ways([maria]))[0]).toEqual({ is: 'administrator', name: 'maria' });
  });
});
