import { Refusal, refusals } from '../platform/errors/index.ts';

export const refuse = refusals('authentication', {
  not_a_person: { kind: 'forbidden', say: () => 'an API token that belongs to nobody has no factors and no sessions; sign in as a person' },
  person_not_found: { kind: 'not_found', say: (f: { person: string }) => `person \`${f.person}\` does not exist or is outside of what you may see; search the people again` },
  person_not_active: { kind: 'conflict', say: (f: { person: string }) => `\`${f.person}\` is not active; activate or rehire the person first` },
  session_not_found: { kind: 'not_found', say: (f: { session: string }) => `session \`${f.session}\` does not exist or has ended; load the list again` },
  factor_not_found: { kind: 'not_found', say: (f: { factor: string }) => `factor \`${f.factor}\` does not exist; load the list again` },
  password_too_short: { kind: 'invalid', say: (f: { atLeast: number }) => `the password is too short; use ${f.atLeast} characters or more, for example four words` },
  password_too_long: { kind: 'invalid', say: (f: { atMost: number }) => `the password is too long; use ${f.atMost} characters or fewer` },
  password_common: { kind: 'invalid', say: () => 'this password is on the list of those that attackers try first; choose another, for example four words that do not belong together' },
  password_expected: { kind: 'invalid', say: (f: { word: string }) => `the password is little more than \`${f.word}\`, which others can guess; choose one without names of you or the company` },
  totp_code_wrong: { kind: 'invalid', say: () => 'the code is not right; wait for the next one in the app, check the clock of the telephone, and try again' },
  too_many_totps: { kind: 'conflict', say: (f: { atMost: number }) => `you have ${f.atMost} authenticator apps already; remove one first` },
  too_many_passkeys: { kind: 'conflict', say: (f: { atMost: number }) => `you have ${f.atMost} passkeys already; remove one first` },
  passkey_not_accepted: { kind: 'invalid', say: () => 'the passkey was not accepted; start again and keep the page open until the device has answered' },
  passkey_taken: { kind: 'conflict', say: () => 'this passkey is registered already; use another device or key' },
  metadata_unreadable: { kind: 'invalid', say: () => 'this is no FIDO metadata; download the file again from https://mds3.fidoalliance.org and upload it as it is' },
  metadata_not_signed: { kind: 'invalid', say: (f: { why: string }) => `this file is not signed by the FIDO Alliance: ${f.why}; download it again from https://mds3.fidoalliance.org` },
  metadata_too_old: { kind: 'conflict', say: (f: { serial: number; newest: number }) => `file ${f.serial} is not newer than file ${f.newest}, which is here already; upload a newer one` },
  statement_unreadable: { kind: 'invalid', say: () => 'this is no metadata statement of a passkey or security key; ask its maker for the FIDO Metadata Statement (JSON) with an AAGUID' },
  passkey_model_known: { kind: 'conflict', say: (f: { model: string }) => `this model is here already as \`${f.model}\`; a statement changes nothing about it` },
  passkey_model_not_found: { kind: 'not_found', say: (f: { model: string }) => `model \`${f.model}\` does not exist; load the list again` },
  passkey_model_unfit: { kind: 'conflict', say: (f: { model: string; why: string }) => `\`${f.model}\` is not fit for level 3: ${f.why}; choose another model` },
  passkey_model_of_the_file: { kind: 'conflict', say: (f: { model: string }) => `\`${f.model}\` comes from the metadata of the FIDO Alliance; take it off the list instead` },
  passkey_model_cursor_unknown: { kind: 'invalid', say: () => 'the list does not go on from there; load it from the beginning' },
  last_factor: { kind: 'conflict', say: () => 'without this factor you could not sign in any more; add another one first' },
  pass_for_oneself: { kind: 'forbidden', say: () => 'nobody issues an access pass for themselves; ask your manager or an administrator' },
  pass_for_privileged: { kind: 'forbidden', say: () => 'this person has privileged access; only an administrator can issue an access pass for them' },
  too_many_permissions: { kind: 'forbidden', say: (f: { permission: string }) => `you do not have \`${f.permission}\` yourself; a token cannot do more than its owner` },
  api_token_not_found: { kind: 'not_found', say: (f: { token: string }) => `API token \`${f.token}\` does not exist or has ended; load the list again` },
  administrator_exists: { kind: 'conflict', say: () => 'there is an administrator already; use `npx bailiwick recover-admin` if nobody can sign in' },
  setup_link_not_valid: { kind: 'not_found', say: () => 'this link is used, too old, or not whole; make another with `npx bailiwick setup-link`' },
  username_unknown: { kind: 'not_found', say: (f: { username: string }) => `no active person has the username \`${f.username}\`; give the username shown on the person page` },
  logo_not_accepted: { kind: 'invalid', say: (f: { why: string }) => `the logo was not accepted: ${f.why}` },
  session_limit_too_long: { kind: 'invalid', say: (f: { level: number; overall: string; idle: string }) => `a session of level ${f.level} lasts ${f.overall} at most, and ${f.idle} without use; choose a shorter limit` },
  idle_limit_too_long: { kind: 'invalid', say: () => 'the time without use is longer than the session lasts at all; choose a shorter one, or none' },
  session_limit_needs_reason: { kind: 'invalid', say: (f: { source: string }) => `this is longer than NIST SP 800-${f.source} says; write down why it is right here` },
  device_not_found: { kind: 'not_found', say: (f: { device: string }) => `browser \`${f.device}\` is not known or is forgotten already; load the list again` },
  place_not_found: { kind: 'not_found', say: (f: { place: string }) => `place \`${f.place}\` does not exist; load the list again` },
  place_exists: { kind: 'conflict', say: (f: { name: string }) => `there is a place named \`${f.name}\` already; choose another name or change that one` },
  too_many_places: { kind: 'conflict', say: (f: { atMost: number }) => `there are ${f.atMost} places already; remove one first` },
  network_unreadable: { kind: 'invalid', say: (f: { network: string }) => `\`${f.network}\` is no network; write it as \`192.0.2.0/24\` or \`2001:db8::/32\`` },
  network_too_wide: { kind: 'invalid', say: (f: { network: string }) => `\`${f.network}\` is every address; name a smaller network` },
  lifetime_too_long: { kind: 'invalid', say: () => 'an API token lives 365 days at most; choose a shorter life' },
});

/**
 * The same answer the gate gives, so that the console has one way to raise a session: sensitive changes ask for a fresh proof
 * (ASVS 7.5.1, 7.5.3). `phishing_resistant` is answered by `/sign-in?step_up=phishing_resistant`.
 */
export const freshSignInNeeded = (facts: { readonly assuranceLevel: 1 | 2 | 3; readonly maxAgeSeconds: number }): Refusal =>
  new Refusal('platform.stronger_sign_in_needed', 'forbidden', 'this needs a fresh sign-in; sign in again and repeat it', facts);
