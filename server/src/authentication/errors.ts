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
  recovery_address_not_found: { kind: 'not_found', say: () => 'this address is not on your list, or it is confirmed already; load the page again' },
  recovery_address_known: { kind: 'conflict', say: () => 'this address is confirmed already; name another one' },
  too_many_recovery_addresses: { kind: 'conflict', say: (f: { atMost: number }) => `you have ${f.atMost} addresses already; remove one first` },
  too_many_recovery_codes: { kind: 'too_many', say: (f: { retryAfterSeconds: number }) => `too many codes were asked for; try again in ${f.retryAfterSeconds} s` },
  recovery_code_wrong: { kind: 'invalid', say: () => 'the code is not right or too old; enter the newest one, or have another mailed' },
  reset_needs_approval: { kind: 'forbidden', say: () => 'this person has factors already, so this is a reset; ask for it, and a second person approves' },
  reset_for_oneself: { kind: 'forbidden', say: () => 'nobody asks for a reset of themselves; ask a colleague, your manager or an administrator' },
  reset_of_privileged: { kind: 'forbidden', say: () => 'this person has privileged access; only another administrator can let them in again, with an access pass' },
  reset_open_already: { kind: 'conflict', say: (f: { person: string }) => `somebody has asked to reset \`${f.person}\` already; look at the open requests` },
  reset_not_found: { kind: 'not_found', say: (f: { reset: string }) => `request \`${f.reset}\` does not exist or is outside of what you may see; load the list again` },
  cursor_unknown: { kind: 'invalid', say: () => 'the list cannot go on from this `cursor`; begin again without it' },
  reset_not_open: { kind: 'conflict', say: (f: { state: string }) => `this request is ${f.state}; ask anew if it is still needed` },
  reset_needs_another_person: { kind: 'forbidden', say: () => 'whoever asked cannot be the second person, and neither can the person it is about; ask a colleague to approve' },
  reset_not_by_managers: { kind: 'forbidden', say: () => 'managers do not approve resets here; somebody of the help desk or an administrator does' },
  reset_pass_for_asker: { kind: 'forbidden', say: () => 'the pass is shown once, to whoever asked for the reset' },
  drill_not_found: { kind: 'not_found', say: (f: { drill: string }) => `drill \`${f.drill}\` does not exist; load the list again` },
  drill_ended: { kind: 'conflict', say: () => 'this drill has ended; start another one' },
  drill_end_not_allowed: { kind: 'invalid', say: (f: { atMostDays: number }) => `a drill ends later than now and within ${f.atMostDays} days; choose such a day` },
  drill_person_not_active: { kind: 'conflict', say: (f: { person: string }) => `person \`${f.person}\` does not work here at this moment; leave them out` },
  too_many_permissions: { kind: 'forbidden', say: (f: { permission: string }) => `you do not have \`${f.permission}\` yourself; a token cannot do more than its owner` },
  api_token_not_found: { kind: 'not_found', say: (f: { token: string }) => `API token \`${f.token}\` does not exist or has ended; load the list again` },
  administrator_exists: { kind: 'conflict', say: () => 'there is an administrator already; use `npx bailiwick recover-admin` if nobody can sign in' },
  setup_link_not_valid: { kind: 'not_found', say: () => 'this link is used, too old, or not whole; make another with `npx bailiwick setup-link`' },
  username_unknown: { kind: 'not_found', say: (f: { username: string }) => `no active person has the username \`${f.username}\`; give the username shown on the person page` },
  lifetime_too_long: { kind: 'invalid', say: () => 'an API token lives 365 days at most; choose a shorter life' },
});

/**
 * The same answer the gate gives, so that the console has one way to raise a session: sensitive changes ask for a fresh proof
 * (ASVS 7.5.1, 7.5.3). `phishing_resistant` is answered by `/sign-in?step_up=phishing_resistant`.
 */
export const freshSignInNeeded = (facts: { readonly assuranceLevel: 1 | 2 | 3; readonly maxAgeSeconds: number }): Refusal =>
  new Refusal('platform.stronger_sign_in_needed', 'forbidden', 'this needs a fresh sign-in; sign in again and repeat it', facts);
