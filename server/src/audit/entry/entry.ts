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
  'audit.entry.prune': ['Audit pruned', '{who} exported old audit entries and removed them'],
  'directory.person.read': ['Person read', '{who} looked at {whom}'],
  'directory.person.add': ['Person added', '{who} added {whom}'],
  'directory.person.change': ['Person changed', '{who} changed {whom}'],
  'directory.person.activate': ['Person started', '{whom} started'],
  'directory.person.leave': ['Person left', '{who} had {whom} leave'],
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
  'authentication.factor.add': ['Factor added', '{who} added a factor for {whom}'],
  'authentication.factor.remove': ['Factor removed', '{who} removed a factor of {whom}'],
  'authentication.access-pass.issue': ['Access pass issued', '{who} issued a temporary access pass for {whom}'],
  'authentication.access-pass.use': ['Access pass used', '{who} signed in with a temporary access pass'],
  'authentication.token.create': ['API token made', '{who} made the API token {whom}'],
  'authentication.token.revoke': ['API token revoked', '{who} revoked the API token {whom}'],
  'authentication.recovery-code.use': ['Recovery code used', '{who} used a recovery code'],
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
  'lifecycle.movement.prove': ['Movement proven', 'every step of a movement of {whom} was read back and proven'],
  'lifecycle.step.confirm': ['Step confirmed', '{who} confirmed a step for {whom} by hand'],
};

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

/** For people: who did what to whom, and whether it was refused. */
export function sentenceOf(entry: Pick<Entry, 'action' | 'actor' | 'actorName' | 'target' | 'targetName' | 'outcome' | 'reason'>): string {
  const who = entry.actorName || 'somebody';
  const whom = entry.targetName ?? (entry.target === null ? 'nobody in particular' : entry.target);
  const known = actionWords[entry.action];
  const isOwn = entry.target !== null && entry.target === entry.actor;
  if (entry.outcome === 'refused') {
    const tried = `${who} was refused “${nameOfAction(entry.action)}”${entry.target === null && entry.targetName === null ? '' : ` for ${isOwn ? 'themselves' : whom}`}`;
    return entry.reason ? `${tried}: ${entry.reason}` : tried;
  }
  const sentence = known ? known[1].replace('{who}', who).replace('{whom}', isOwn ? 'themselves' : whom) : `${who}: ${nameOfAction(entry.action).toLowerCase()}${entry.target === null && entry.targetName === null ? '' : `, ${whom}`}`;
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
