import { fragment, json, sql, type Tx } from '../../platform/db/index.ts';
import type { Progress } from './next-step.ts';
import type { Purpose, SignIn } from './sign-in.ts';
import type { Proof } from './strength.ts';

interface Row {
  readonly id: string;
  readonly purpose: Purpose;
  readonly username: string | null;
  readonly personId: string | null;
  readonly sessionId: string | null;
  readonly wantedLevel: 1 | 2;
  readonly isPhishingResistanceWanted: boolean;
  readonly proofs: readonly Proof[];
  readonly enrolled: Progress;
  readonly returnTo: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

const asSignIn = ({ wantedLevel, isPhishingResistanceWanted, enrolled, ...row }: Row): SignIn => ({ ...row, wanted: { level: wantedLevel, isPhishingResistant: isPhishingResistanceWanted }, progress: enrolled });

const columns = fragment`id, purpose, username, person_id, session_id, wanted_level, is_phishing_resistance_wanted, proofs, enrolled, return_to, created_at, expires_at`;

export async function findSignIn(tx: Tx, digest: Buffer, now: Date): Promise<SignIn | null> {
  const [row] = await sql<Row>(tx)`select ${columns} from authn.sign_in where digest = ${digest} and expires_at > ${now}`;
  return row ? asSignIn(row) : null;
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

export async function removeSignIn(tx: Tx, id: string): Promise<void> {
  await sql(tx)`delete from authn.sign_in where id = ${id}`;
}

export async function removeSignInsOf(tx: Tx, personId: string): Promise<void> {
  await sql(tx)`delete from authn.sign_in where person_id = ${personId}`;
}

export async function sweepSignIns(tx: Tx, now: Date): Promise<void> {
  await sql(tx)`delete from authn.sign_in where expires_at < ${now}`;
}
