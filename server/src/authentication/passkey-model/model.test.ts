import { expect, it } from 'vitest';
import { claimInWords, levelAlone, problemOf, whyUnfit } from './model.ts';
import { modelOfPasskey } from './names.ts';

const yubikey = { aaguid: 'cb69481e-8ff7-4039-93ec-0a2729a154a8', keyProtection: ['hardware', 'secure_element'], userVerification: ['presence_internal', 'passcode_external'], attestationTypes: ['basic_full'], attestationRoots: ['MIIB'], problem: null, isGone: false };

it.each([
  ['a security key with PIN, made in hardware, whose maker vouches for it', {}, null],
  ['keys that software holds', { keyProtection: ['software'] }, 'not_in_hardware'],
  ['keys of which some may be held by software', { keyProtection: ['hardware', 'software'] }, 'not_in_hardware'],
  ['keys in a trusted environment of a telephone, which is no hardware of its own', { keyProtection: ['tee'] }, 'not_in_hardware'],
  ['a key that can only be touched', { userVerification: ['presence_internal', 'none'] }, 'no_user_verification'],
  ['a key that vouches for itself', { attestationTypes: ['basic_surrogate'] }, 'no_attestation'],
  ['a maker without a root', { attestationRoots: [] }, 'no_attestation'],
  ['a U2F model, whose keys do not name it', { aaguid: null }, 'not_told_apart'],
  ['keys that name nothing', { aaguid: '00000000-0000-0000-0000-000000000000' }, 'not_told_apart'],
  ['a model that was revoked', { problem: 'REVOKED' }, 'problem'],
  ['a model that the newest file no longer has', { isGone: true }, 'gone'],
] as const)('level 3 and %s (63B-4 2.3.2)', (_title, differs, why) => {
  expect(whyUnfit({ ...yubikey, ...differs })).toBe(why);
});

const reports = (...statuses: string[]) => statuses.map((status) => ({ status, effectiveDate: null }));

it.each(['ATTESTATION_KEY_COMPROMISE', 'USER_VERIFICATION_BYPASS', 'USER_KEY_REMOTE_COMPROMISE', 'USER_KEY_PHYSICAL_COMPROMISE', 'REVOKED'])('a model that is %s stays so, whatever is reported afterwards', (status) => {
  expect(problemOf(reports('FIDO_CERTIFIED_L2', status))).toBe(status);
  expect(problemOf(reports(status, 'UPDATE_AVAILABLE', 'FIDO_CERTIFIED_L1'))).toBe(status);
});

it('a model that is not certified, or has an update, has no problem', () => {
  expect(problemOf(reports('NOT_FIDO_CERTIFIED', 'SELF_ASSERTION_SUBMITTED', 'UPDATE_AVAILABLE'))).toBeNull();
});

it.each([
  ['a listed key with PIN', { isUserVerified: true, isBackupEligible: false, isListed: true }, 3],
  ['a listed key that was only touched', { isUserVerified: false, isBackupEligible: false, isListed: true }, 1],
  ['a synced passkey, listed or not', { isUserVerified: true, isBackupEligible: true, isListed: true }, 2],
  ['a security key with PIN of no listed model', { isUserVerified: true, isBackupEligible: false, isListed: false }, 2],
] as const)('%s says no more than it is', (_title, passkey, level) => {
  expect(levelAlone(passkey)).toBe(level);
  expect(claimInWords(passkey).includes('itself, at the highest level')).toBe(level === 3);
});

it('a name is stated until the maker vouches for it, and comes from the metadata first', () => {
  const { aaguid } = yubikey;
  expect(modelOfPasskey({ aaguid, attestedName: 'YubiKey 5', statedName: 'YubiKey 5' })).toEqual({ name: 'YubiKey 5', proof: 'attested' });
  expect(modelOfPasskey({ aaguid, attestedName: null, statedName: 'From the file' })).toEqual({ name: 'From the file', proof: 'stated' });
  expect(modelOfPasskey({ aaguid, attestedName: null, statedName: null })).toMatchObject({ name: expect.stringContaining('YubiKey'), proof: 'stated' });
  expect(modelOfPasskey({ aaguid: '12121212-0000-0000-0000-000000000000', attestedName: null, statedName: null })).toEqual({ name: null, proof: 'stated' });
  expect(modelOfPasskey({ aaguid: '00000000-0000-0000-0000-000000000000', attestedName: null, statedName: null })).toEqual({ name: null, proof: 'unknown' });
});
