import { fragment, json, sql, type Tx } from '../../platform/db/index.ts';
import { subjectColumns, type Subject } from '../session/store.ts';
import type { Progress } from '../sign-in/next-step.ts';
import type { Answer, Count, Place, Prompt } from './push.ts';

export interface PushDevice {
  readonly id: string;
  readonly personId: string;
  readonly name: string;
  readonly publicKey: Buffer;
  readonly language: string;
  readonly sealedSubscription: Buffer | null;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
  readonly disabledAt: Date | null;
}

const deviceColumns = fragment`d.id, d.person_id, d.name, d.public_key, d.language, d.sealed_subscription, d.created_at, d.last_used_at, d.disabled_at`;

export async function findPushDevices(tx: Tx, personId: string): Promise<readonly PushDevice[]> {
  return sql<PushDevice>(tx)`select ${deviceColumns} from authn.push_device d where d.person_id = ${personId} order by d.created_at, d.id`;
}

export interface DeviceAndPerson {
  readonly device: PushDevice;
  readonly subject: Subject;
}

/** Only of people who may sign in, as of now. */
export async function findPushDevice(tx: Tx, id: string): Promise<DeviceAndPerson | null> {
  const [row] = await sql<PushDevice & Subject>(tx)`
    select ${deviceColumns}, ${subjectColumns}
      from authn.push_device d
      join directory.person_standing p on p.person_id = d.person_id and p.is_active
      join directory.person_card c on c.person_id = d.person_id
     where d.id = ${id}`;
  return row ? { device: row, subject: row } : null;
}

/** Null when the key is known already. */
export async function addPushDevice(tx: Tx, device: Pick<PushDevice, 'id' | 'personId' | 'name' | 'publicKey' | 'language' | 'createdAt'>): Promise<boolean> {
  const rows = await sql<{ id: string }>(tx)`
    insert into authn.push_device (id, person_id, name, public_key, language, created_at)
         values (${device.id}, ${device.personId}, ${device.name}, ${device.publicKey}, ${device.language}, ${device.createdAt})
    on conflict (public_key) do nothing
      returning id`;
  return rows.length > 0;
}

export async function markPushDeviceUsed(tx: Tx, id: string, now: Date): Promise<void> {
  await sql(tx)`update authn.push_device set last_used_at = ${now} where id = ${id}`;
}

export async function saveSubscription(tx: Tx, id: string, sealed: Buffer | null): Promise<void> {
  await sql(tx)`update authn.push_device set sealed_subscription = ${sealed} where id = ${id}`;
}

/** The ids of those that were on. */
export async function disablePushDevices(tx: Tx, personId: string, reason: string, now: Date): Promise<readonly string[]> {
  const rows = await sql<{ id: string }>(tx)`update authn.push_device set disabled_at = ${now}, disabled_reason = ${reason} where person_id = ${personId} and disabled_at is null returning id`;
  return rows.map((row) => row.id);
}

export async function enablePushDevices(tx: Tx, personId: string): Promise<readonly string[]> {
  const rows = await sql<{ id: string }>(tx)`update authn.push_device set disabled_at = null, disabled_reason = null where person_id = ${personId} and disabled_at is not null returning id`;
  return rows.map((row) => row.id);
}

// ---- pairing

export interface Pairing {
  readonly personId: string;
  readonly challenge: Buffer;
}

/** The one before, if any, is worth nothing from now on. */
export async function savePairing(tx: Tx, one: { personId: string; sessionId: string; digest: Buffer; challenge: Buffer; createdAt: Date; expiresAt: Date }): Promise<void> {
  await sql(tx)`
    insert into authn.push_pairing (person_id, session_id, digest, challenge, created_at, expires_at)
         values (${one.personId}, ${one.sessionId}, ${one.digest}, ${one.challenge}, ${one.createdAt}, ${one.expiresAt})
    on conflict (person_id) do update set session_id = excluded.session_id, digest = excluded.digest, challenge = excluded.challenge, created_at = excluded.created_at, expires_at = excluded.expires_at`;
}

/** Only while the session that began it is open: "this was not me" ends what a thief prepared, too. */
export async function findPairing(tx: Tx, digest: Buffer, now: Date): Promise<Pairing | null> {
  const [row] = await sql<Pairing>(tx)`
    select g.person_id, g.challenge
      from authn.push_pairing g
      join authn.session s on s.id = g.session_id and s.ended_at is null and s.expires_at > ${now} and s.idle_expires_at > ${now}
     where g.digest = ${digest} and g.expires_at > ${now}`;
  return row ?? null;
}

/** Takes the pairing out: of two telephones with the same link the database lets one through. */
export async function takePairing(tx: Tx, digest: Buffer, now: Date): Promise<boolean> {
  return (await sql<{ personId: string }>(tx)`delete from authn.push_pairing where digest = ${digest} and expires_at > ${now} returning person_id`).length > 0;
}

// ---- the count of one person

/** The line in which everything about one person's prompts stands until the transaction ends. */
export async function lockPushCount(tx: Tx, personId: string, now: Date): Promise<Count> {
  const [row] = await sql<Count>(tx)`
    insert into authn.push_count (person_id) values (${personId})
    on conflict (person_id) do update set sent = push_count.sent
      returning sent`;
  // Asked after the lock is held, so that it sees what those before in the line wrote.
  const [open] = await sql<{ waiting: number }>(tx)`select count(*)::integer as waiting from authn.push_prompt where person_id = ${personId} and answer is null and expires_at > ${now}`;
  return { sent: row!.sent, waiting: open!.waiting };
}

export async function savePushCount(tx: Tx, personId: string, sent: number): Promise<void> {
  await sql(tx)`update authn.push_count set sent = ${sent} where person_id = ${personId}`;
}

// ---- prompts

export interface PushPrompt extends Prompt {
  readonly id: string;
  readonly personId: string;
  readonly signInId: string;
  readonly sealedDigits: Buffer;
  readonly nonce: Buffer;
  readonly tries: number;
  readonly place: Place;
  readonly application: string | null;
  readonly browser: string;
  readonly address: string;
  readonly createdAt: Date;
}

const promptColumns = fragment`m.id, m.person_id, m.sign_in_id, m.sealed_digits, m.nonce, m.tries, m.place, m.application, m.browser, m.address, m.created_at, m.expires_at, m.answer, m.answered_at, m.used_at`;

/** The sign-in that asked is still under way: an answer to a page that nobody has open any more is of no use to anybody. */
const isAsking = (now: Date) => fragment`exists (select from authn.sign_in s where s.id = m.sign_in_id and s.person_id = m.person_id and s.expires_at > ${now})`;

export async function addPrompt(tx: Tx, one: Omit<PushPrompt, 'tries' | 'answer' | 'answeredAt' | 'usedAt'>): Promise<void> {
  await sql(tx)`
    insert into authn.push_prompt (id, person_id, sign_in_id, sealed_digits, nonce, place, application, browser, address, created_at, expires_at)
         values (${one.id}, ${one.personId}, ${one.signInId}, ${one.sealedDigits}, ${one.nonce}, ${one.place}, ${one.application}, ${one.browser}, ${one.address}, ${one.createdAt}, ${one.expiresAt})`;
}

/** Of the same sign-in: its page shows the digits of the newest alone. */
export async function replacePrompts(tx: Tx, signInId: string, now: Date): Promise<void> {
  await sql(tx)`update authn.push_prompt set answer = 'replaced', answered_at = ${now} where sign_in_id = ${signInId} and answer is null`;
}

export async function lastPromptOf(tx: Tx, signInId: string): Promise<PushPrompt | null> {
  const [row] = await sql<PushPrompt>(tx)`select ${promptColumns} from authn.push_prompt m where m.sign_in_id = ${signInId} order by m.created_at desc, m.id desc limit 1`;
  return row ?? null;
}

/** The same for the browser that holds the secret of the sign-in. */
export async function lastPromptOfBrowser(tx: Tx, signInDigest: Buffer, now: Date): Promise<PushPrompt | null> {
  const [row] = await sql<PushPrompt>(tx)`
    select ${promptColumns}
      from authn.push_prompt m
      join authn.sign_in s on s.id = m.sign_in_id
     where s.digest = ${signInDigest} and s.expires_at > ${now}
     order by m.created_at desc, m.id desc
     limit 1`;
  return row ?? null;
}

export async function waitingPrompts(tx: Tx, personId: string, now: Date): Promise<readonly PushPrompt[]> {
  return sql<PushPrompt>(tx)`
    select ${promptColumns}
      from authn.push_prompt m
     where m.person_id = ${personId} and m.answer is null and m.expires_at > ${now} and ${isAsking(now)}
     order by m.created_at desc, m.id desc`;
}

export async function findPrompt(tx: Tx, id: string): Promise<PushPrompt | null> {
  const [row] = await sql<PushPrompt>(tx)`select ${promptColumns} from authn.push_prompt m where m.id = ${id}`;
  return row ?? null;
}

/**
 * INVARIANT: a nonce is answered once. It is exchanged before anything is checked: the second of two answers with the same
 * signature finds nothing, whichever node it reaches, and a try counts before it is right or wrong.
 */
export async function takeNonce(tx: Tx, id: string, nonce: Buffer, next: Buffer, now: Date): Promise<{ readonly tries: number } | null> {
  const [row] = await sql<{ tries: number }>(tx)`
    update authn.push_prompt m
       set nonce = ${next}, tries = m.tries + 1
     where m.id = ${id} and m.nonce = ${nonce} and m.answer is null and m.expires_at > ${now} and ${isAsking(now)}
 returning m.tries`;
  return row ?? null;
}

/** False when it was answered meanwhile, or its time is over. */
export async function answerPromptRow(tx: Tx, id: string, answer: Answer, deviceId: string, now: Date): Promise<boolean> {
  const rows = await sql<{ id: string }>(tx)`
    update authn.push_prompt set answer = ${answer}, answered_at = ${now}, answered_by = ${deviceId}
     where id = ${id} and answer is null and expires_at > ${now}
 returning id`;
  return rows.length > 0;
}

/**
 * The sign-ins whose question is answered "this was not me": nothing of them is left but the answer, for the browser that asked.
 * Before the other questions are closed (`disavowPrompts`), and before the sign-ins of this person are removed.
 */
export async function emptyAskingSignIns(tx: Tx, personId: string, promptId: string, left: Progress, now: Date): Promise<void> {
  await sql(tx)`
    update authn.sign_in
       set purpose = 'sign-in', username = null, person_id = null, session_id = null, proofs = '[]', enrolled = ${json(left)}
     where person_id = ${personId}
       and id in (select sign_in_id from authn.push_prompt where person_id = ${personId} and (id = ${promptId} or (answer is null and expires_at > ${now})))`;
}

/** Whatever else waits for this person: nobody is to answer it any more. */
export async function disavowPrompts(tx: Tx, personId: string, deviceId: string, now: Date): Promise<void> {
  await sql(tx)`update authn.push_prompt set answer = 'disavowed', answered_at = ${now}, answered_by = ${deviceId} where person_id = ${personId} and answer is null`;
}

/** INVARIANT: a right answer is one proof, and only of the sign-in that asked (ASVS 6.6.2). */
export async function useApproval(tx: Tx, signInId: string, answeredAfter: Date, now: Date): Promise<boolean> {
  const rows = await sql<{ id: string }>(tx)`
    update authn.push_prompt set used_at = ${now}
     where sign_in_id = ${signInId} and answer = 'approved' and used_at is null and answered_at > ${answeredAfter}
 returning id`;
  return rows.length > 0;
}

export async function sweepPush(tx: Tx, now: Date, promptsBefore: Date): Promise<void> {
  await sql(tx)`delete from authn.push_pairing where expires_at < ${now}`;
  await sql(tx)`delete from authn.push_prompt where created_at < ${promptsBefore}`;
}
