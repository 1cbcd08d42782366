import { sql, type Tx } from '../../platform/db/index.ts';

export interface EndedParticipation {
  readonly sessionId: string;
  readonly clientId: string;
  readonly backchannelLogoutUri: string | null;
}

/** Marks them ended, once; who gets the row is the one who tells the application. */
export const endParticipationsOfSession = (tx: Tx, sessionId: string, now: Date): Promise<EndedParticipation[]> =>
  sql<EndedParticipation>(tx)`
    update federation.participation p
       set ended_at = ${now}, logout_state = case when c.backchannel_logout_uri is null then 'not_needed' else 'waiting' end
      from federation.client c
     where c.id = p.client_id and p.session_id = ${sessionId} and p.ended_at is null
    returning p.session_id, p.client_id, c.backchannel_logout_uri`;

export const endParticipationsOfPerson = (tx: Tx, personId: string, now: Date): Promise<EndedParticipation[]> =>
  sql<EndedParticipation>(tx)`
    update federation.participation p
       set ended_at = ${now}, logout_state = case when c.backchannel_logout_uri is null then 'not_needed' else 'waiting' end
      from federation.client c
     where c.id = p.client_id and p.person_id = ${personId} and p.ended_at is null
    returning p.session_id, p.client_id, c.backchannel_logout_uri`;

export interface WaitingLogout {
  readonly sid: string;
  readonly personId: string;
  readonly personName: string | null;
  readonly clientName: string;
  readonly applicationId: string;
  readonly logoutAttempts: number;
}

export async function findWaitingLogout(tx: Tx, sessionId: string, clientId: string): Promise<WaitingLogout | undefined> {
  const [row] = await sql<WaitingLogout>(tx)`
    select p.sid, p.person_id, d.display_name as person_name, c.name as client_name, c.application_id, p.logout_attempts
      from federation.participation p
      join federation.client c on c.id = p.client_id
      left join directory.person_card d on d.person_id = p.person_id
     where p.session_id = ${sessionId} and p.client_id = ${clientId} and p.logout_state = 'waiting'`;
  return row;
}

export async function saveLogoutAnswer(tx: Tx, sessionId: string, clientId: string, answer: { state: 'waiting' | 'told' | 'given_up'; answer: string; at: Date }): Promise<void> {
  await sql(tx)`
    update federation.participation
       set logout_state = ${answer.state}, logout_answer = ${answer.answer.slice(0, 300)}, logout_at = ${answer.at}, logout_attempts = logout_attempts + 1
     where session_id = ${sessionId} and client_id = ${clientId} and logout_state = 'waiting'`;
}

export async function sweepParticipations(tx: Tx, before: Date, limit: number): Promise<number> {
  const gone = await sql(tx)`
    delete from federation.participation
     where (session_id, client_id) in (select session_id, client_id from federation.participation where last_at < ${before} limit ${limit})
    returning client_id`;
  return gone.length;
}

export async function countUntold(tx: Tx, personId: string): Promise<{ told: number; waiting: number; givenUp: number; open: number }> {
  const [row] = await sql<{ told: number; waiting: number; givenUp: number; open: number }>(tx)`
    select count(*) filter (where logout_state = 'told')::integer as told,
           count(*) filter (where logout_state = 'waiting')::integer as waiting,
           count(*) filter (where logout_state = 'given_up')::integer as given_up,
           count(*) filter (where ended_at is null)::integer as open
      from federation.participation
     where person_id = ${personId}`;
  return row ?? { told: 0, waiting: 0, givenUp: 0, open: 0 };
}
