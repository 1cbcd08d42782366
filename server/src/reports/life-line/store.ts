import { sql, type Tx } from '../../platform/db/index.ts';

export interface ProvenStep {
  readonly movementId: string;
  readonly title: string;
  readonly state: string;
  readonly provenAt: Date | null;
  readonly wantedAt: Date;
  readonly sentAt: Date | null;
}

export const readStepsOf = (tx: Tx, personId: string): Promise<ProvenStep[]> => sql<ProvenStep>(tx)`
  select movement_id, title, state, proven_at, wanted_at, sent_at
    from lifecycle.step_card
   where person_id = ${personId} and state not in ('skipped')
   order by wanted_at desc
   limit 100`;
