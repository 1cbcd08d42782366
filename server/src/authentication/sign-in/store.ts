import { fragment, json, sql, type Fragment, type Tx } from '../../platform/db/index.ts';
import { factorsOf, nobody } from '../factor/store.ts';
import type { SetLimit } from '../session-limit/session-limit.ts';
import { setLimits, subjectColumns, type Subject } from '../session/store.ts';
import { forgiving, isSwitchedOn, type Counted } from '../throttle/store.ts';
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
    with used as (${use} and ${isSwitchedOn(counted)} returning true),
    proven as (${setProof(id, proof, digest, now)} and exists (select from used) returning ${columns}),
    ${forgiving(counted, fragment`exists (select from proven)`)}
    select ${columns} from proven`;
  return row ? asSignIn(row) : null;
}

/**
 * The sign-in has become a session: it is gone, and its browser is one that this person has signed in with. Strange: never
 * before in this browser, but before in others, or in sessions that are still remembered.
 */
export async function endSignIn(tx: Tx, id: string, personId: string, device: { readonly id: string; readonly device: string; readonly address: string }, sessionId: string, now: Date): Promise<{ readonly isStrange: boolean }> {
  const [row] = await sql<{ isStrange: boolean }>(tx)`
    with gone as (delete from authn.sign_in where id = ${id})
    insert into authn.device (person_id, device_id, first_seen_at, last_seen_at, device, address)
         values (${personId}, ${device.id}, ${now}, ${now}, ${device.device}, ${device.address})
    on conflict (person_id, device_id) do update set last_seen_at = excluded.last_seen_at, device = excluded.device, address = excluded.address
      returning xmax = 0 and (exists (select from authn.device where person_id = ${personId} and device_id <> ${device.id})
                              or exists (select from authn.session where person_id = ${personId} and id <> ${sessionId})) as is_strange`;
  return { isStrange: row?.isStrange ?? false };
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
