import { fragment, sql, textArray, type Tx } from '../../platform/db/index.ts';
import type { DrillStep, StepOutcome, StepSeen } from './drill.ts';

export interface DrillRow {
  readonly id: string;
  readonly name: string;
  readonly startedByName: string;
  readonly startedAt: Date;
  readonly endsAt: Date;
  readonly endedAt: Date | null;
  readonly endReason: string | null;
}

const columns = fragment`d.id, d.name, d.started_by_name, d.started_at, d.ends_at, d.ended_at, d.end_reason`;

/** Of these, who works here now. */
export async function activeAmong(tx: Tx, personIds: readonly string[]): Promise<readonly string[]> {
  const rows = await sql<{ personId: string }>(tx)`select person_id from directory.person_standing where person_id = any(${textArray([...personIds])}::uuid[]) and is_active`;
  return rows.map((row) => row.personId);
}

export async function addDrill(tx: Tx, one: { readonly id: string; readonly name: string; readonly startedBy: string; readonly startedByName: string; readonly startedAt: Date; readonly endsAt: Date; readonly personIds: readonly string[] }): Promise<void> {
  await sql(tx)`insert into authn.recovery_drill (id, name, started_by, started_by_name, started_at, ends_at) values (${one.id}, ${one.name}, ${one.startedBy}, ${one.startedByName}, ${one.startedAt}, ${one.endsAt})`;
  await sql(tx)`insert into authn.drill_part (drill_id, person_id) select ${one.id}, id from unnest(${textArray([...one.personIds])}::uuid[]) as chosen (id)`;
}

export async function listDrills(tx: Tx, limit: number): Promise<readonly DrillRow[]> {
  return sql<DrillRow>(tx)`select ${columns} from authn.recovery_drill d order by d.started_at desc, d.id desc limit ${limit}`;
}

export async function findDrill(tx: Tx, id: string): Promise<DrillRow | null> {
  const [row] = await sql<DrillRow>(tx)`select ${columns} from authn.recovery_drill d where d.id = ${id}`;
  return row ?? null;
}

export async function endDrill(tx: Tx, id: string, reason: string, now: Date): Promise<DrillRow | null> {
  const [row] = await sql<DrillRow>(tx)`update authn.recovery_drill d set ended_at = ${now}, end_reason = ${reason} where d.id = ${id} and d.ended_at is null returning ${columns}`;
  return row ?? null;
}

/** Those whose day has come; each ended at that moment, however late somebody looks. */
export async function endOverdueDrills(tx: Tx, now: Date): Promise<readonly DrillRow[]> {
  return sql<DrillRow>(tx)`update authn.recovery_drill d set ended_at = d.ends_at, end_reason = 'its time is over' where d.ended_at is null and d.ends_at <= ${now} returning ${columns}`;
}

export interface PartRow {
  readonly drillId: string;
  readonly personId: string;
  readonly personName: string;
  readonly toldAt: Date | null;
  readonly remindedAt: Date | null;
  readonly begunAt: Date | null;
  readonly finishedAt: Date | null;
  readonly isAble: boolean | null;
  readonly steps: readonly StepSeen[];
}

interface StoredStep {
  readonly step: DrillStep;
  readonly shownAt: string;
  readonly tries: number;
  readonly outcome: StepOutcome | null;
  readonly endedAt: string | null;
}

export async function partsOf(tx: Tx, drillIds: readonly string[]): Promise<readonly PartRow[]> {
  const rows = await sql<Omit<PartRow, 'steps'> & { steps: readonly StoredStep[] }>(tx)`
    select p.drill_id, p.person_id, c.display_name as person_name, p.told_at, p.reminded_at, p.begun_at, p.finished_at, p.is_able,
           coalesce((select jsonb_agg(jsonb_build_object('step', s.step, 'shownAt', s.shown_at, 'tries', s.tries, 'outcome', s.outcome, 'endedAt', s.ended_at) order by s.shown_at, s.step)
                       from authn.drill_step s where s.drill_id = p.drill_id and s.person_id = p.person_id), '[]') as steps
      from authn.drill_part p
      join directory.person_card c on c.person_id = p.person_id
     where p.drill_id = any(${textArray([...drillIds])}::uuid[])
     order by c.sort_name, p.person_id`;
  return rows.map(({ steps, ...part }) => ({ ...part, steps: steps.map((one) => ({ ...one, shownAt: new Date(one.shownAt), endedAt: one.endedAt === null ? null : new Date(one.endedAt) })) }));
}

export interface OwnDrill {
  readonly id: string;
  readonly name: string;
  readonly endsAt: Date;
  readonly begunAt: Date | null;
  readonly finishedAt: Date | null;
  readonly isAble: boolean | null;
}

/** What this person is to practise, or practised last, while the drill lasts; what is unfinished comes first. */
export async function findOwnDrill(tx: Tx, personId: string, now: Date): Promise<OwnDrill | null> {
  const [row] = await sql<OwnDrill>(tx)`
    select d.id, d.name, d.ends_at, p.begun_at, p.finished_at, p.is_able
      from authn.drill_part p
      join authn.recovery_drill d on d.id = p.drill_id and d.ended_at is null and d.ends_at > ${now}
     where p.person_id = ${personId}
     order by p.finished_at is not null, d.ends_at, d.id
     limit 1`;
  return row ?? null;
}

export async function beginPart(tx: Tx, drillId: string, personId: string, sessionId: string, now: Date): Promise<void> {
  await sql(tx)`update authn.drill_part set begun_at = ${now}, session_id = ${sessionId} where drill_id = ${drillId} and person_id = ${personId} and begun_at is null`;
}

export async function finishPart(tx: Tx, drillId: string, personId: string, isAble: boolean, now: Date): Promise<boolean> {
  return (await sql<{ personId: string }>(tx)`update authn.drill_part set finished_at = ${now}, is_able = ${isAble} where drill_id = ${drillId} and person_id = ${personId} and begun_at is not null and finished_at is null returning person_id`).length > 0;
}

export async function stepsOf(tx: Tx, drillId: string, personId: string): Promise<readonly StepSeen[]> {
  return sql<StepSeen>(tx)`select step, shown_at, tries, outcome, ended_at from authn.drill_step where drill_id = ${drillId} and person_id = ${personId}`;
}

export async function noteStepShown(tx: Tx, drillId: string, personId: string, step: DrillStep, now: Date): Promise<void> {
  await sql(tx)`insert into authn.drill_step (drill_id, person_id, step, shown_at) values (${drillId}, ${personId}, ${step}, ${now}) on conflict do nothing`;
}

/** One more try; with an outcome the step is over. */
export async function noteStepTried(tx: Tx, drillId: string, personId: string, step: DrillStep, outcome: StepOutcome | null, now: Date): Promise<void> {
  await sql(tx)`
    update authn.drill_step set tries = tries + 1, outcome = ${outcome}::text, ended_at = case when ${outcome}::text is null then null else ${now}::timestamptz end
     where drill_id = ${drillId} and person_id = ${personId} and step = ${step} and outcome is null`;
}

/** Since `since` this person has signed in, or proven themselves anew, in another browser than the one of this session. */
export async function hasSignedInElsewhere(tx: Tx, personId: string, sessionId: string, since: Date): Promise<boolean> {
  const [row] = await sql<{ has: boolean }>(tx)`
    select exists (
      select from authn.session other
        join authn.session here on here.id = ${sessionId} and here.person_id = other.person_id
       where other.person_id = ${personId} and other.id <> here.id and other.device_id is distinct from here.device_id and other.authenticated_at >= ${since}) as has`;
  return row?.has ?? false;
}

export interface Invited {
  readonly drillId: string;
  readonly personId: string;
  readonly name: string;
  readonly endsAt: Date;
  readonly isFirst: boolean;
}

/** Who is to be told now: those who have not been, and those who have not begun or not finished and were told long ago. Held, so that two nodes tell different ones. */
export async function takeInvitations(tx: Tx, now: Date, toldBefore: Date, lastCallBefore: Date, lastCallFor: Date, limit: number): Promise<readonly Invited[]> {
  return sql<Invited>(tx)`
    with due as (
      select p.drill_id, p.person_id, p.told_at is null as is_first, d.name, d.ends_at
        from authn.drill_part p
        join authn.recovery_drill d on d.id = p.drill_id and d.ended_at is null and d.ends_at > ${now}
        join directory.person_standing s on s.person_id = p.person_id and s.is_active
       where p.finished_at is null
         and (p.told_at is null
              or coalesce(p.reminded_at, p.told_at) < ${toldBefore}
              or (d.ends_at < ${lastCallFor} and coalesce(p.reminded_at, p.told_at) < ${lastCallBefore}))
       limit ${limit}
         for update of p skip locked)
    update authn.drill_part p
       set told_at = coalesce(p.told_at, ${now}), reminded_at = case when due.is_first then null else ${now}::timestamptz end
      from due
     where p.drill_id = due.drill_id and p.person_id = due.person_id
 returning due.drill_id, due.person_id, due.name, due.ends_at, due.is_first`;
}
