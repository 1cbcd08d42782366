import { sql, type Tx } from '../../platform/db/index.ts';
import type { Standing } from './decision.ts';

/** One question, every time: a right that was taken away on another node is gone with the next request. */
export async function findStanding(tx: Tx, personId: string): Promise<Standing | null> {
  const [row] = await sql<Standing>(tx)`
    select s.status = 'active' as is_active,
           array(select r.role from authz.console_role r where r.person_id = s.person_id order by 1) as console_roles,
           exists (select from directory.person_card p where p.manager_id = s.person_id and p.status <> 'left') as has_reports
      from directory.person_card s
     where s.person_id = ${personId}`;
  return row ?? null;
}
