import { canonical } from './canonical.ts';

export type Outcome = 'allowed' | 'refused';

/** What a verb leaves behind. INVARIANT: no secret in any field; facts are read by auditors and exported. */
export interface NewEntry {
  /** The permission or verb, `directory.person.leave`. */
  readonly action: string;
  /** `person:<id>`, `token:<id>`, `system:<part>`, `anonymous`. */
  readonly actor: string;
  readonly actorName: string;
  /** `person:<id>`, `application:<id>`, …; null where there is none. */
  readonly target: string | null;
  readonly targetName: string | null;
  readonly at: Date;
  readonly outcome: Outcome;
  readonly reason?: string | null | undefined;
  readonly facts: Readonly<Record<string, unknown>>;
}

export interface Entry {
  /** Null until sealed. */
  readonly seq: number | null;
  readonly at: Date;
  readonly action: string;
  readonly actor: string;
  readonly actorName: string;
  readonly target: string | null;
  readonly targetName: string | null;
  readonly outcome: Outcome;
  readonly reason: string | null;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly hash: string | null;
}

const longest = 2_000;
const short = (value: string): string => (value.length > longest ? `${value.slice(0, longest)}…` : value);

/** The text that is hashed and kept. */
export function bodyOf(entry: NewEntry): string {
  const facts = canonical(entry.facts);
  return canonical({
    action: entry.action,
    actor: short(entry.actor),
    actorName: short(entry.actorName),
    at: entry.at,
    // One entry must not fill the disk: an honest note in the place of too much.
    facts: facts.length > 65_536 ? { tooLargeToKeep: facts.length } : entry.facts,
    outcome: entry.outcome,
    reason: entry.reason == null ? null : short(entry.reason),
    target: entry.target === null ? null : short(entry.target),
    targetName: entry.targetName === null ? null : short(entry.targetName),
  });
}

/** Each action in plain words: as a name for filters, and as a sentence. `{who}` and `{whom}` stand for the names. */
const actionWords: Readonly<Record<string, readonly [name: string, sentence: string]>> = {
  'audit.entry.read': ['Audit read', '{who} read the audit'],
  'audit.chain.verify': ['Audit chain walked', 'the whole audit chain was walked: every entry fits'],
  'audit.chain.find-broken': ['Audit chain broken', 'the audit chain was walked and is broken: not everything is as it was sealed'],
  'audit.entry.prune': ['Audit pruned', '{who} exported old audit entries and removed them'],
  'directory.person.read': ['Person read', '{who} looked at {whom}'],
  'directory.person.add': ['Person added', '{who} added {whom}'],
  'directory.person.change': ['Person changed', '{who} changed {whom}'],
  'directory.person.activate': ['Person started', '{whom} started'],
  'directory.person.leave': ['Person left', '{who} had {whom} leave'],
  'directory.departure.dismiss': ['Held departure put away', '{who} said that {whom} stays'],
  'directory.person.rehire': ['Person rehired', '{who} rehired {whom}'],
  'directory.application.add': ['Application added', '{who} added the application {whom}'],
  'directory.application.change': ['Application changed', '{who} changed the application {whom}'],
  'directory.application.remove': ['Application removed', '{who} removed the application {whom}'],
  'directory.account.change': ['Account changed', '{who} changed the account {whom}'],
  'directory.account.link': ['Account linked', '{who} decided whose the account {whom} is'],
  'directory.account.read-all': ['Accounts read', '{who} read the accounts of {whom}'],
  'directory.entitlement.change': ['Entitlement changed', '{who} changed the entitlement {whom}'],
  'authorization.role.make': ['Role made', '{who} made the role {whom}'],
  'authorization.role.change': ['Role changed', '{who} changed the role {whom}'],
  'authorization.role.remove': ['Role removed', '{who} removed the role {whom}'],
  'authorization.grant.give': ['Access given', '{who} gave {whom} access'],
  'authorization.grant.end': ['Access ended', '{who} ended access of {whom}'],
  'authorization.grant.expire': ['Access expired', 'access of {whom} expired'],
  'authorization.console-role.give': ['Console role given', '{who} gave {whom} a console role'],
  'authorization.console-role.take': ['Console role taken', '{who} took a console role from {whom}'],
  'authentication.sign-in.succeed': ['Signed in', '{who} signed in'],
  'authentication.sign-in.fail': ['Sign-in failed', 'a sign-in as {whom} failed'],
  'authentication.sign-in.sign-in': ['Signed in', '{who} signed in'],
  'authentication.sign-out': ['Signed out', '{who} signed out'],
  'authentication.session.start': ['Signed in', '{who} signed in'],
  'authentication.session.end': ['Session ended', '{who} ended a session of {whom}'],
  'authentication.factor.add': ['Factor added', '{who} added {factor} for {whom}'],
  'authentication.factor.remove': ['Factor removed', '{who} removed {factor} of {whom}'],
  'authentication.factor.disable': ['Factor disabled', '{who} switched {factor} of {whom} off'],
  'authentication.passkey-metadata.import': ['Passkey metadata imported', '{who} imported the {whom} about models of passkeys'],
  'authentication.passkey-model.add': ['Passkey model added', '{who} added the passkey model {whom}'],
  'authentication.passkey-model.remove': ['Passkey model removed', '{who} removed the passkey model {whom}'],
  'authentication.passkey-model.list': ['Passkey model put on the list', '{who} put {whom} on the list for level 3'],
  'authentication.passkey-model.unlist': ['Passkey model taken off the list', '{who} took {whom} off the list for level 3'],
  'authentication.access-pass.issue': ['Access pass issued', '{who} issued a temporary access pass for {whom}'],
  'authentication.enrolment.make': ['Sign-in rule made', '{who} made the sign-in rule {whom}'],
  'authentication.enrolment.change': ['Sign-in rule changed', '{who} changed the sign-in rule {whom}'],
  'authentication.enrolment.turn': ['Sign-in rule switched', '{who} switched the sign-in rule {whom}'],
  'authentication.enrolment.remove': ['Sign-in rule removed', '{who} removed the sign-in rule {whom}'],
  'authentication.enrolment.excuse': ['More time to enrol', '{who} gave {whom} more time to set up what a sign-in rule asks for'],
  'authentication.enrolment.put-off': ['Enrolment put off', '{who} put off what a sign-in rule asks for'],
  'authentication.enrolment.help': ['Help asked for at sign-in', '{who} cannot set up what a sign-in rule asks for, and asked for help'],
  'authentication.enrolment.remind': ['Enrolment reminder', '{who} reminded people of the sign-in rule {whom}'],
  'authentication.enrolment.stop': ['Sign-in rule stopped itself', '{whom} stopped itself: too many people could not get in'],
  'authentication.access-pass.use': ['Access pass used', '{who} signed in with a temporary access pass'],
  'authentication.token.create': ['API token made', '{who} made the API token {whom}'],
  'authentication.token.revoke': ['API token revoked', '{who} revoked the API token {whom}'],
  'authentication.recovery-code.use': ['Recovery code used', '{who} used a recovery code'],
  'authentication.push-pairing.start': ['Pairing begun', '{who} made a link that pairs a telephone'],
  'authentication.push-prompt.send': ['Telephone asked', 'the telephones of {whom} were asked about a sign-in'],
  'authentication.push-prompt.answer': ['Telephone answered', '{who} answered on a telephone'],
  'authentication.push.disable': ['Push approval off', '{who} switched push approval of {whom} off'],
  'authentication.push.enable': ['Push approval on', '{who} switched push approval of {whom} on again'],
  'federation.client.add': ['Sign-in client added', '{who} added the sign-in client {whom}'],
  'federation.client.change': ['Sign-in client changed', '{who} changed the sign-in client {whom}'],
  'federation.client.remove': ['Sign-in client removed', '{who} removed the sign-in client {whom}'],
  'lifecycle.hr-import.upload': ['HR file uploaded', '{who} uploaded the HR file {whom}'],
  'lifecycle.hr-import.apply': ['HR file applied', '{who} applied the HR file {whom}'],
  'lifecycle.connection.make': ['Application connected', '{who} connected {whom}'],
  'lifecycle.connection.change': ['Connection changed', '{who} changed the connection to {whom}'],
  'lifecycle.connection.remove': ['Connection removed', '{who} disconnected {whom}'],
  'lifecycle.movement.plan': ['Movement planned', '{who} planned a movement of {whom}'],
  'lifecycle.movement.run': ['Movement run', '{who} ran a movement of {whom}'],
  'lifecycle.movement.prove': ['Movement proven', '{whom}: every step was read back and proven'],
  'lifecycle.movement.finish': ['Movement finished', '{whom}: nothing is left to do; not every step was proven, some were given up'],
  'authentication.certificate-issuer.add': ['Certificate issuer listed', '{who} listed the certificate issuer {whom}'],
  'authentication.certificate-issuer.remove': ['Certificate issuer removed', '{who} removed the certificate issuer {whom}'],
  'authentication.certificate-issuer.take-list': ['Revocation list taken', '{who} took in a revocation list of {whom}'],
  'authentication.certificate-authority.make': ['Certificate authority made', '{who} made the certificate authority {whom}'],
  'authentication.certificate-authority.end': ['Certificate authority ended', '{who} ended the certificate authority {whom}'],
  'authentication.certificate.issue': ['Certificate issued', '{who} issued a certificate for {whom}'],
  'authentication.certificate.register': ['Certificate registered', '{who} registered a certificate of {whom}'],
  'authentication.certificate.revoke': ['Certificate revoked', '{who} revoked a certificate of {whom}'],
  'authentication.certificate.expire': ['Certificate expired', 'a certificate of {whom} expired'],
  'authentication.access.end': ['Access ended', 'passes and tokens of {whom} ended'],
  'authentication.administrator.recover': ['Administrator recovered', '{who} gave {whom} a way back in as administrator'],
  'authentication.api-token.create': ['API token made', '{who} made the API token {whom}'],
  'authentication.api-token.end': ['API token ended', '{who} ended the API token {whom}'],
  'authentication.branding.change': ['Look changed', '{who} changed the look of the sign-in pages'],
  'authentication.factor.rename': ['Factor renamed', '{who} renamed {factor} of {whom}'],
  'authentication.recovery-codes.issue': ['Recovery codes issued', '{who} got new recovery codes for {whom}'],
  'authentication.device.forget': ['Browser forgotten', '{who} forgot browsers that were known'],
  'authentication.place.add': ['Place named', '{who} named the network {whom}'],
  'authentication.place.change': ['Place changed', '{who} changed the place {whom}'],
  'authentication.place.remove': ['Place removed', '{who} removed the place {whom}'],
  'authentication.session.end-everybody': ['Everybody signed out', '{who} ended the sessions of everybody'],
  'authentication.session-limit.set': ['Session limit set', '{who} set how long sessions of {whom} last'],
  'authentication.session.raise': ['Session raised', '{whom} proved more in a session'],
  'authentication.setup-link.make': ['Set-up link made', '{who} made a set-up link for the first administrator'],
  'authentication.setup-link.use': ['Set-up link used', '{whom} became the first administrator by the set-up link'],
  'authentication.account.recover': ['Account recovered', '{whom} came back in by recovery'],
  'authentication.mailed-code.use': ['Mailed code used', '{who} used a mailed recovery code'],
  'authentication.recovery-address.add': ['Recovery address named', '{who} named an address for getting back in'],
  'authentication.recovery-address.confirm': ['Recovery address confirmed', '{who} confirmed an address for getting back in'],
  'authentication.recovery-address.remove': ['Recovery address removed', '{who} removed an address for getting back in'],
  'authentication.recovery-settings.change': ['Recovery settings changed', '{who} changed who may reset how people sign in'],
  'authentication.reset.ask': ['Reset asked for', '{who} asked to reset how {whom} signs in'],
  'authentication.reset.approve': ['Reset approved', '{who} approved, as the second person, to reset how {whom} signs in'],
  'authentication.reset.refuse': ['Reset refused', '{who} refused to reset how {whom} signs in'],
  'authentication.reset.issue': ['Reset done', '{who} took the access pass of an approved reset of {whom}'],
  'authentication.reset.cancel': ['Reset taken back', '{who} took back a reset of {whom}'],
  'authentication.recovery-drill.start': ['Recovery drill started', '{who} started the recovery drill {whom}'],
  'authentication.recovery-drill.end': ['Recovery drill ended', 'the recovery drill {whom} ended'],
  'authentication.recovery-drill.finish': ['Recovery practised', '{who} practised getting back in'],
  'authentication.sign-in.disavow': ['Sign-in disavowed', '{whom} said "this was not me"'],
  'federation.application.sign-in': ['Application opened', '{who} signed in to {whom}'],
  'federation.application.tell-of-the-end': ['Application told', '{whom} was told that a session ended'],
  'federation.client.rotate-secret': ['Client secret changed', '{who} changed the secret of {whom}'],
  'federation.consent.give': ['Consent given', '{who} agreed to share with {whom}'],
  'federation.consent.take-back': ['Consent taken back', '{who} took back what {whom} may see'],
  'federation.signing-key.drop': ['Signing key dropped', 'an old signing key was dropped'],
  'federation.signing-key.rotate': ['Signing key changed', 'a new signing key took over'],
  'federation.token-family.end': ['Tokens ended', 'a family of tokens ended'],
  'lifecycle.brake.raise': ['Brake raised', 'the brake holds removals in {whom}'],
  'lifecycle.brake.release': ['Brake released', '{who} let the held removals in {whom} go on'],
  'lifecycle.connection.upload-list': ['List uploaded', '{who} uploaded the list of accounts of {whom}'],
  'lifecycle.drift.adopt': ['Drift adopted', '{who} adopted a difference in {whom}'],
  'lifecycle.drift.revert': ['Drift reverted', '{who} had a difference in {whom} reverted'],
  'lifecycle.hr-feed.change': ['HR feed changed', '{who} changed how HR files are read'],
  'lifecycle.hr-import.map': ['HR file mapped', '{who} said what the columns of {whom} mean'],
  'lifecycle.hr-import.refuse': ['HR file put away', '{who} put away the HR file {whom}'],
  'lifecycle.movement.alarm': ['Movement in alarm', '{whom} is still not proven'],
  'lifecycle.movement.retry': ['Movement retried', '{who} had {whom} tried again'],
  'lifecycle.reading.accept': ['Reading accepted', '{who} accepted what {whom} showed'],
  'lifecycle.reading.ask': ['Reading asked for', '{who} asked to read {whom}'],
  'lifecycle.reading.fail': ['Reading failed', '{whom} could not be read'],
  'lifecycle.settings.change': ['Movement settings changed', '{who} changed how movements run'],
  'lifecycle.step.prove': ['Step proven', '{whom}: read back and proven'],
  'lifecycle.step.skip': ['Step skipped', '{who} skipped a step: {whom}'],
  'privileged.break-glass.make': ['Break-glass account made', '{who} made {whom}'],
  'privileged.break-glass.add-key': ['Break-glass key registered', '{who} registered a hardware key for {whom}'],
  'privileged.break-glass.remove-key': ['Break-glass key removed', '{who} removed a hardware key of {whom}'],
  'privileged.break-glass.test-key': ['Break-glass key tested', '{who} tested the key of {whom}'],
  'privileged.break-glass.seal': ['Break-glass account sealed', '{who} sealed {whom}'],
  'privileged.break-glass.retire': ['Break-glass account retired', '{who} retired {whom}'],
  'privileged.break-glass.start-drill': ['Break-glass drill started', '{who} started a drill of {whom}'],
  'privileged.break-glass.cancel-drill': ['Break-glass drill cancelled', '{who} cancelled the drill of {whom}'],
  'privileged.break-glass.drill': ['Break-glass drill done', 'the key of {whom} signed in, as a drill'],
  'privileged.break-glass.use': ['Break-glass account used', 'somebody signed in with {whom}'],
  'privileged.break-glass.acknowledge': ['Break-glass use acknowledged', '{who} said why {whom} was used'],
  'privileged.break-glass.self-test': ['Break-glass self-test', '{who} tested the break-glass accounts'],
  'privileged.break-glass.change-alarm': ['Break-glass alarm changed', '{who} changed who hears of a use'],
  'lifecycle.step.confirm': ['Step confirmed', '{who} confirmed a step for {whom} by hand'],
};

/** Actions that have words of their own; a test asks that every action the product records is among them. */
export const actionsWithWords: readonly string[] = Object.keys(actionWords);

/** `federation.signing-key.rotate` becomes `Signing key: rotate`. */
export function nameOfAction(action: string): string {
  const known = actionWords[action];
  if (known) return known[0];
  const parts = action.split('.');
  const [noun, verb] = parts.length >= 3 ? [parts.at(-2)!, parts.at(-1)!] : [parts.slice(0, -1).join(' '), parts.at(-1)!];
  const words = (text: string): string => text.replace(/[-_]/g, ' ');
  const name = noun ? `${words(noun)}: ${words(verb)}` : words(verb);
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** These say themselves that somebody did not get in: nobody asked to "fail". */
const failures: ReadonlySet<string> = new Set(['authentication.sign-in.fail']);
const factorNames: Readonly<Record<string, string>> = { password: 'a password', totp: 'an authenticator app', passkey: 'a passkey', certificate: 'a certificate', push: 'a telephone that approves sign-ins' };

const factorOf = (facts: Entry['facts']): string => (facts['factor'] === 'password' && facts['isNew'] === false ? 'a new password' : (factorNames[String(facts['factor'])] ?? 'a factor'));

/** For people: who did what to whom, and whether it was refused. */
export function sentenceOf(entry: Pick<Entry, 'action' | 'actor' | 'actorName' | 'target' | 'targetName' | 'outcome' | 'reason' | 'facts'>): string {
  const who = entry.actorName || 'somebody';
  const whom = entry.targetName ?? (entry.target !== null ? entry.target : failures.has(entry.action) ? 'somebody unknown' : 'nobody in particular');
  const known = actionWords[entry.action];
  const isOwn = entry.target !== null && entry.target === entry.actor;
  if (entry.outcome === 'refused' && !failures.has(entry.action)) {
    const tried = `${who} was refused “${nameOfAction(entry.action)}”${entry.target === null && entry.targetName === null ? '' : ` for ${isOwn ? 'themselves' : whom}`}`;
    return entry.reason ? `${tried}: ${entry.reason}` : tried;
  }
  // In one pass and by function: names are input, and must be neither templates nor replacement patterns.
  const sentence = known
    ? known[1].replace(/\{(who|whom|factor)\}/g, (_, slot: string, place: number) => (slot === 'who' ? who : slot === 'factor' ? factorOf(entry.facts) : isOwn && place > 0 && !failures.has(entry.action) ? 'themselves' : whom))
    : `${who}: ${nameOfAction(entry.action).toLowerCase()}${entry.target === null && entry.targetName === null ? '' : `, ${whom}`}`;
  const whole = failures.has(entry.action) && entry.reason ? `${sentence}: ${entry.reason}` : sentence;
  return whole.charAt(0).toUpperCase() + whole.slice(1);
}
