import { sql, type Tx } from '../../platform/db/index.ts';

export async function peopleTally(tx: Tx): Promise<{ staged: number; active: number; left: number }> {
  const rows = await sql<{ name: string; amount: number }>(tx)`select name, amount from directory.tally_card where name in ('people/staged', 'people/active', 'people/left') and subject = ''`;
  const of = (name: string): number => rows.find((row) => row.name === name)?.amount ?? 0;
  return { staged: of('people/staged'), active: of('people/active'), left: of('people/left') };
}

const situations = ['linked', 'unlinked', 'unmatched', 'disputed', 'deleted', 'collision'] as const;

export interface Inventory {
  readonly accounts: number;
  readonly applications: number;
  readonly tiedToNobody: number;
  readonly people: { readonly staged: number; readonly active: number; readonly left: number };
  readonly bySituation: Readonly<Record<(typeof situations)[number], number>>;
}

/** "N accounts, M applications, K tied to nobody", out of maintained counters. */
export async function readInventoryNumbers(tx: Tx): Promise<Inventory> {
  const rows = await sql<{ name: string; amount: number }>(tx)`select name, amount from directory.tally_card where name like 'accounts/%' and subject = ''`;
  const [applications] = await sql<{ count: number }>(tx)`select count(*) as count from directory.application where removed_at is null`;
  const of = (name: string): number => rows.find((row) => row.name === name)?.amount ?? 0;
  const bySituation = Object.fromEntries(situations.map((situation) => [situation, of(`accounts/${situation}`)])) as Inventory['bySituation'];
  const all = situations.reduce((sum, situation) => sum + bySituation[situation], 0);
  return { accounts: all - bySituation.deleted, applications: applications?.count ?? 0, tiedToNobody: of('accounts/tied-to-nobody'), people: await peopleTally(tx), bySituation };
}

/** Many small differences become one row per number. */
export async function foldTallies(tx: Tx): Promise<void> {
  await sql(tx)`
    with gone as (delete from directory.tally returning name, subject, amount)
    insert into directory.tally (name, subject, amount)
    select name, subject, sum(amount) from gone group by name, subject having sum(amount) <> 0`;
}
