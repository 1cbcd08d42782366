import { recording } from '../../audit/index.ts';
import { digestOf } from '../../platform/crypto/index.ts';
import { fragment, isLeftToTheDisk, join, json, sql, type Fragment, type Tx } from '../../platform/db/index.ts';
import type { AnnounceWithin } from '../../platform/events/index.ts';
import { asFacing, facingWithoutRoles, type Facing, type FacingRow } from '../enrolment/store.ts';
import { factorsOf, nobody, type StoredTotp } from '../factor/store.ts';
import type { PeopleGroups } from '../needs.ts';
import type { SetLimit } from '../session-limit/session-limit.ts';
import { mostOpenSessions } from '../session/session.ts';
import type { NewSession } from '../session/start-session.ts';
import { addingSession, setLimits, subjectColumns, type Subject } from '../session/store.ts';
import { areSwitchedOn, forgiving, type Counted } from '../throttle/store.ts';
import { familiar, firstTurn, unfamiliar } from '../throttle/throttle.ts';
import type { EnrolledFactors, Progress } from './next-step.ts';
import type { Purpose, SignIn } from './sign-in.ts';
import type { AssuranceLevel, Proof } from './strength.ts';

interface Row {
  readonly id: string;
  readonly purpose: Purpose;
  readonly username: string | null;
  readonly personId: string | null;
  readonly sessionId: string | null;
  readonly wantedLevel: AssuranceLevel;
  readonly isPhishingResistanceWanted: boolean;
  readonly proofs: readonly Proof[];
  readonly enrolled: Progress;
  readonly returnTo: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

const asSignIn = ({ wantedLevel, isPhishingResistanceWanted, enrolled, ...row }: Row): SignIn => ({ ...row, wanted: { level: wantedLevel, isPhishingResistant: isPhishingResistanceWanted }, progress: enrolled });

const columns = fragment`id, purpose, username, person_id, session_id, wanted_level, is_phishing_resistance_wanted, proofs, enrolled, return_to, created_at, expires_at`;

/** A sign-in under way, and what everybody asks about it: whom it names and what that person could prove. */
export interface FoundSignIn {
  readonly signIn: SignIn;
  readonly factors: EnrolledFactors;
  /** Null for names that nobody has. */
  readonly named: Subject | null;
}

/** One question for each request, and the same one for people and for nobody. */
export async function findSignIn(tx: Tx, digest: Buffer, now: Date): Promise<FoundSignIn | null> {
  const [row] = await sql<Row & { factors: EnrolledFactors } & Omit<Subject, 'username' | 'personId'> & { subjectId: string | null; subjectUsername: string }>(tx)`
    select s.id, s.purpose, s.username, s.person_id, s.session_id, s.wanted_level, s.is_phishing_resistance_wanted, s.proofs, s.enrolled, s.return_to, s.created_at, s.expires_at,
           p.person_id as subject_id, p.username as subject_username, p.is_active, coalesce(p.is_break_glass, false) as is_break_glass, c.display_name, c.work_email, c.private_email, c.title, c.department, ${factorsOf(fragment`coalesce(s.person_id, ${nobody}::uuid)`)}
      from authn.sign_in s
      left join directory.person_standing p on p.person_id = s.person_id
      left join directory.person_card c on c.person_id = s.person_id
     where s.digest = ${digest} and s.expires_at > ${now}`;
  if (!row) return null;
  const { subjectId, subjectUsername, isActive, isBreakGlass, displayName, workEmail, privateEmail, title, department, factors, ...held } = row;
  return {
    signIn: asSignIn(held),
    factors,
    named: subjectId === null ? null : { personId: subjectId, username: subjectUsername, isActive, isBreakGlass, displayName, workEmail, privateEmail, title, department },
  };
}

export interface Finisher {
  readonly subject: Subject;
  readonly factors: EnrolledFactors;
  readonly setLimits: readonly SetLimit[];
}

/** Who wants a session, as of now. */
export async function findFinisher(tx: Tx, personId: string): Promise<Finisher | null> {
  const [row] = await sql<Subject & { factors: EnrolledFactors; setLimits: readonly SetLimit[] }>(tx)`
    select ${subjectColumns}, ${factorsOf(fragment`p.person_id`)}, ${setLimits}
      from directory.person_standing p
      join directory.person_card c on c.person_id = p.person_id
     where p.person_id = ${personId}`;
  return row ? { subject: row, factors: row.factors, setLimits: row.setLimits } : null;
}

export async function lockSignIn(tx: Tx, id: string, now: Date): Promise<SignIn | null> {
  const [row] = await sql<Row>(tx)`select ${columns} from authn.sign_in where id = ${id} and expires_at > ${now} for update`;
  return row ? asSignIn(row) : null;
}

export async function addSignIn(tx: Tx, one: SignIn, digest: Buffer): Promise<void> {
  await sql(tx)`
    insert into authn.sign_in (id, digest, purpose, username, person_id, session_id, wanted_level, is_phishing_resistance_wanted, proofs, enrolled, return_to, created_at, expires_at)
         values (${one.id}, ${digest}, ${one.purpose}, ${one.username}, ${one.personId}, ${one.sessionId}, ${one.wanted.level}, ${one.wanted.isPhishingResistant}, ${json(one.proofs)}, ${json(one.progress)},
                 ${one.returnTo}, ${one.createdAt}, ${one.expiresAt})`;
}

/** `digest` null keeps the secret that the browser has. */
export async function saveSignIn(tx: Tx, one: SignIn, digest: Buffer | null): Promise<void> {
  await sql(tx)`
    update authn.sign_in
       set digest = coalesce(${digest}::bytea, digest), proofs = ${json(one.proofs)}, enrolled = ${json(one.progress)}, username = ${one.username}, person_id = ${one.personId}, expires_at = ${one.expiresAt}
     where id = ${one.id}`;
}

/** A proof of the same kind replaces the one before, as in `withProof`. */
const setProof = (id: string, proof: Proof, digest: Buffer, now: Date): Fragment => fragment`
    update authn.sign_in
       set digest = ${digest},
           proofs = (select coalesce(jsonb_agg(one order by place), '[]') from jsonb_array_elements(proofs) with ordinality as held (one, place) where one->>'method' <> ${proof.method}) || ${json([proof])}
     where id = ${id} and expires_at > ${now}`;

/** A fresh proof and a new secret. Null when the sign-in is gone. */
export async function addProof(tx: Tx, id: string, proof: Proof, digest: Buffer, now: Date): Promise<SignIn | null> {
  const [row] = await sql<Row>(tx)`${setProof(id, proof, digest, now)} returning ${columns}`;
  return row ? asSignIn(row) : null;
}

/**
 * A right try as a whole, in one statement: `use` takes the secret (the password that is still the stored one, a time step that
 * nobody has used), and only then there is a proof, and only then the try is forgiven. Null when any of it is not so any more.
 */
export async function useAndAddProof(tx: Tx, use: Fragment, counted: Counted, id: string, proof: Proof, digest: Buffer, now: Date): Promise<SignIn | null> {
  const [row] = await sql<Row>(tx)`
    with used as (${use} and ${areSwitchedOn(counted.account, [counted.authenticator])} returning true),
    proven as (${setProof(id, proof, digest, now)} and exists (select from used) returning ${columns}),
    ${forgiving(counted, fragment`exists (select from proven)`)}
    select ${columns} from proven`;
  return row ? asSignIn(row) : null;
}

/** A browser in which somebody signs in. */
export interface SeenDevice {
  readonly id: string;
  readonly device: string;
  readonly address: string;
}

/** Something that is known of this person from before: browsers other than `deviceId`, or sessions that are still remembered, but for `besides`. */
const isKnownOtherwise = (personId: Fragment, deviceId: Fragment, besides: string | null): Fragment => fragment`
    (exists (select from authn.device where person_id = ${personId} and device_id is distinct from ${deviceId})
     or exists (select from authn.session where person_id = ${personId} and id is distinct from ${besides}::uuid))`;

/** From here on this person is known in this browser, where `when` holds. Strange: never before in it, and known otherwise. */
const knowing = (personId: string, device: SeenDevice, besides: string | null, now: Date, when: Fragment): Fragment => fragment`
    insert into authn.device (person_id, device_id, first_seen_at, last_seen_at, device, address)
    select ${personId}::uuid, ${device.id}::uuid, ${now}::timestamptz, ${now}::timestamptz, ${device.device}::text, ${device.address}::text where ${when}
    on conflict (person_id, device_id) do update set last_seen_at = excluded.last_seen_at, device = excluded.device, address = excluded.address
      returning xmax = 0 and ${isKnownOtherwise(fragment`${personId}`, fragment`${device.id}`, besides)} as is_strange`;

/** The sign-in has become a session: it is gone, and its browser is known. */
export async function endSignIn(tx: Tx, id: string, personId: string, device: SeenDevice, sessionId: string, now: Date): Promise<{ readonly isStrange: boolean }> {
  const [row] = await sql<{ isStrange: boolean }>(tx)`
    with gone as (delete from authn.sign_in where id = ${id})
    ${knowing(personId, device, sessionId, now, fragment`true`)}`;
  return row!;
}

/** All that a sign-in in one form asks of the database before the hash. */
export interface LookedTogether {
  readonly named: Subject | null;
  readonly account: string;
  readonly source: string;
  /** The first turn was free, and is taken. */
  readonly isTaken: boolean;
  readonly isSwitchedOff: boolean;
  /** No tries of the code are held against this browser, and it is not disabled: else it is not even looked at, or the time would tell that it was right. */
  readonly isCodeFree: boolean;
  readonly passwordHash: string | null;
  readonly apps: readonly Pick<StoredTotp, 'id' | 'sealedSeed'>[];
  readonly recoveryCodesLeft: number;
  /** Null: nobody is named, or it takes more to know. */
  readonly facing: Facing | null;
  readonly setLimits: readonly SetLimit[];
  /** One session more would be too many: another has to end. */
  readonly isFull: boolean;
  /** This browser would be a strange one. */
  readonly isStrange: boolean;
}

/** Who is named, what they could prove, what is asked of them, and a turn to try the password, in one statement; the same one for people and for nobody. `account`: of a name that nobody has. */
export async function lookTogether(tx: Tx, groups: PeopleGroups, { username, account, deviceId, now }: { readonly username: string; readonly account: string; readonly deviceId: string | null; readonly now: Date }): Promise<LookedTogether> {
  const personId = fragment`coalesce(named.person_id, ${nobody})`;
  const [row] = await sql<Omit<LookedTogether, 'named' | 'apps' | 'facing' | 'isSwitchedOff' | 'isCodeFree'> & Omit<Subject, 'personId'> & { personId: string | null; switchedOff: readonly string[]; isCodeHeld: boolean; apps: readonly { id: string; sealedSeed: string }[]; facing: FacingRow | null }>(tx)`
    with named as materialized (
      select ${subjectColumns} from directory.person_standing p join directory.person_card c on c.person_id = p.person_id where lower(p.username) = lower(${username})),
    counted as materialized (
      select coalesce('person:' || (select person_id from named)::text, ${account}) as account, is_known,
             case when is_known then ${familiar('')} || ${deviceId}::text else ${unfamiliar} end as source
        from (select exists (select from authn.device where person_id = coalesce((select person_id from named), ${nobody}) and device_id = ${deviceId}::uuid) as is_known offset 0) as browser),
    taken as (
      insert into authn.throttle_wait (account, authenticator, source, failures, not_before, last_failed_at)
      select account, 'password', source, ${firstTurn.next.failures}::integer, ${firstTurn.next.notBefore}::timestamptz, ${now}::timestamptz from counted
      on conflict (account, authenticator, source) do nothing
        returning account)
    select named.*, counted.account, counted.source,
           exists (select from taken) as is_taken,
           array(select authenticator from authn.throttle where account = counted.account and authenticator in ('password', 'totp') and disabled_at is not null) as switched_off,
           exists (select from authn.throttle_wait where account = counted.account and authenticator = 'totp' and source = counted.source) as is_code_held,
           (select hash from authn.password where person_id = ${personId}) as password_hash,
           (select coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'sealedSeed', encode(t.sealed_seed, 'base64')) order by t.created_at, t.id), '[]')
              from authn.totp t where t.person_id = ${personId} and t.confirmed_at is not null) as apps,
           (select count(*) from authn.recovery_code where person_id = ${personId} and used_at is null) as recovery_codes_left,
           -- Whoever has to wait costs no more for being there: the time of a 429 must not tell who exists.
           case when exists (select from taken) then ${facingWithoutRoles(groups, personId, now)} end as facing,
           ${setLimits},
           exists (select from authn.session where person_id = ${personId} and ended_at is null offset ${mostOpenSessions - 1}) as is_full,
           not counted.is_known and ${isKnownOtherwise(personId, fragment`${deviceId}::uuid`, null)} as is_strange
      from counted left join named on true
     where ${isLeftToTheDisk}`;
  const { account: counted, source, isTaken, switchedOff, isCodeHeld, passwordHash, apps, recoveryCodesLeft, facing, setLimits: limits, isFull, isStrange, personId: id, ...named } = row!;
  return {
    named: id === null ? null : { ...named, personId: id },
    account: counted,
    source,
    isTaken,
    isSwitchedOff: switchedOff.includes('password'),
    isCodeFree: !isCodeHeld && !switchedOff.includes('totp'),
    passwordHash,
    apps: apps.map((app) => ({ id: app.id, sealedSeed: Buffer.from(app.sealedSeed, 'base64') })),
    recoveryCodesLeft,
    facing: facing && asFacing(facing),
    setLimits: limits,
    isFull,
    isStrange,
  };
}

/** A right password and a right code, and the session that comes of them. */
export interface Entering {
  readonly password: Fragment;
  readonly code: Fragment;
  readonly counted: Counted;
  readonly started: NewSession;
  readonly device: SeenDevice;
}

/**
 * Both secrets are taken (the password is still the stored one, nobody has used the time step, the person is still here), and only then
 * there is a session, the browser is known, both tries are forgiven, and the audit and others hear of it: in one statement, all
 * or nothing. Not where tries of the code are held against this browser: that code stands in line.
 */
export async function enterTogether(tx: Tx, announceWithin: AnnounceWithin, { password, code, counted, started, device }: Entering): Promise<{ readonly isIn: boolean; readonly isStrange: boolean }> {
  const isRight = fragment`exists (select from code)`;
  const { session, secret, entry, event } = started;
  const { kept, tell } = announceWithin(event, isRight);
  const [row] = await sql<{ isIn: boolean; isStrange: boolean | null }>(tx)`
    with password as (
      ${password} and ${areSwitchedOn(counted.account, [counted.authenticator, 'totp'])}
        and exists (select from directory.person_standing where person_id = ${session.personId} and is_active)
        and not exists (select from authn.throttle_wait where account = ${counted.account} and authenticator = 'totp' and source = ${counted.source})
      returning true),
    code as (${code} and exists (select from password) returning true),
    ${forgiving(counted, isRight, ['totp'])},
    added as (${addingSession(session, digestOf(secret), isRight)}),
    known as (${knowing(session.personId, device, session.id, session.createdAt, isRight)}),
    ${join([fragment`recorded as (${recording(entry, isRight)})`, ...kept])}
    select ${isRight} as is_in, (select is_strange from known) as is_strange`;
  if (row!.isIn) await tell(tx);
  return { isIn: row!.isIn, isStrange: row!.isStrange ?? false };
}

export async function removeSignIn(tx: Tx, id: string): Promise<void> {
  await sql(tx)`delete from authn.sign_in where id = ${id}`;
}

export async function removeSignInsOf(tx: Tx, personId: string): Promise<void> {
  await sql(tx)`delete from authn.sign_in where person_id = ${personId}`;
}

/** Each name that is typed begins a sign-in. Of those in which nothing is proven the newest stay. */
export async function boundSignIns(tx: Tx, atMost: number): Promise<void> {
  await sql(tx)`delete from authn.sign_in where id in (select id from authn.sign_in where proofs = '[]'::jsonb order by created_at desc offset ${atMost})`;
}

/** Forgets what nobody finished, and says how far people had come; names that nobody has do not count. */
export const sweepSignIns = (tx: Tx, now: Date): Promise<readonly { readonly methods: readonly string[]; readonly count: number }[]> =>
  sql(tx)`
    with gone as (delete from authn.sign_in where expires_at < ${now} returning purpose, person_id, proofs)
    select array(select one->>'method' from jsonb_array_elements(proofs) as one) as methods, count(*)::integer as count from gone where purpose = 'sign-in' and person_id is not null group by 1`;
