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
  last_factor: { kind: 'conflict', say: () => 'without this factor you could not sign in any more; add another one first' },
  pass_for_oneself: { kind: 'forbidden', say: () => 'nobody issues an access pass for themselves; ask your manager or an administrator' },
  pass_for_privileged: { kind: 'forbidden', say: () => 'this person has privileged access; only an administrator can issue an access pass for them' },
  too_many_permissions: { kind: 'forbidden', say: (f: { permission: string }) => `you do not have \`${f.permission}\` yourself; a token cannot do more than its owner` },
  api_token_not_found: { kind: 'not_found', say: (f: { token: string }) => `API token \`${f.token}\` does not exist or has ended; load the list again` },
  administrator_exists: { kind: 'conflict', say: () => 'there is an administrator already; use `npx bailiwick recover-admin` if nobody can sign in' },
  setup_link_not_valid: { kind: 'not_found', say: () => 'this link is used, too old, or not whole; make another with `npx bailiwick setup-link`' },
  username_unknown: { kind: 'not_found', say: (f: { username: string }) => `no active person has the username \`${f.username}\`; give the username shown on the person page` },
  issuer_not_accepted: { kind: 'invalid', say: (f: { why: string }) => `this authority cannot be listed: ${f.why}; give the certificate of the authority itself, as PEM` },
  issuer_listed: { kind: 'conflict', say: () => 'this authority is listed already; remove it first to change what it vouches for' },
  issuer_not_found: { kind: 'not_found', say: (f: { issuer: string }) => `issuer \`${f.issuer}\` is not listed; load the list again` },
  issuer_is_our_own: { kind: 'conflict', say: () => 'this is our own authority; end it in its place' },
  issuer_by_token: { kind: 'forbidden', say: () => 'an API token cannot say whom to trust; sign in as a person' },
  revocation_list_not_accepted: { kind: 'invalid', say: (f: { why: string }) => `the revocation list was not taken: ${f.why}; get the newest one from the authority` },
  authority_exists: { kind: 'conflict', say: () => 'there is an authority already; end it first to make another' },
  authority_not_found: { kind: 'not_found', say: () => 'there is no authority of our own; make one first' },
  certificate_request_not_accepted: { kind: 'invalid', say: (f: { why: string }) => `the certificate request was not accepted: ${f.why}; make it anew on the device` },
  certificate_not_accepted: { kind: 'invalid', say: (f: { why: string }) => `the certificate was not accepted: ${f.why}; choose one of a listed issuer` },
  certificate_taken: { kind: 'conflict', say: () => 'this certificate is registered already, or was revoked; use another one' },
  certificate_not_found: { kind: 'not_found', say: (f: { certificate: string }) => `certificate \`${f.certificate}\` does not exist or has ended; load the list again` },
  certificate_not_ours: { kind: 'conflict', say: () => 'only certificates of our own authority can be renewed here; ask the authority that issued it' },
  certificate_for_privileged: { kind: 'forbidden', say: () => 'this person has privileged access; only an administrator who is signed in can give them a certificate' },
  too_many_certificates: { kind: 'conflict', say: (f: { atMost: number }) => `this person has ${f.atMost} certificates already; revoke one first` },
  last_way_in: { kind: 'conflict', say: () => 'without it you could not sign in any more yourself; add another factor first' },
  lifetime_too_long: { kind: 'invalid', say: () => 'an API token lives 365 days at most; choose a shorter life' },
});

/**
 * The same answer the gate gives, so that the console has one way to raise a session: sensitive changes ask for a fresh proof
 * (ASVS 7.5.1, 7.5.3). `phishing_resistant` is answered by `/sign-in?step_up=phishing_resistant`.
 */
export const freshSignInNeeded = (facts: { readonly assuranceLevel: 1 | 2 | 3; readonly maxAgeSeconds: number }): Refusal =>
  new Refusal('platform.stronger_sign_in_needed', 'forbidden', 'this needs a fresh sign-in; sign in again and repeat it', facts);
