import { fragment, join, sql, type Tx } from '../../platform/db/index.ts';
import type { Counted, Outcome } from './tally.ts';

/** In one order everywhere, so that two processes that count the same lines never wait for each other. */
export async function addToTally(tx: Tx, lines: readonly Counted[]): Promise<void> {
  if (lines.length === 0) return;
  const key = (one: Counted): string => [one.day, one.outcome, one.method, String(one.upToSeconds).padStart(4, '0')].join(' ');
  const rows = [...lines].sort((a, b) => (key(a) < key(b) ? -1 : 1)).map((one) => fragment`(${one.day}::date, ${one.outcome}::text, ${one.method}::text, ${one.upToSeconds}::integer, ${one.count}::bigint)`);
  await sql(tx)`
    insert into authn.sign_in_tally (day, outcome, method, up_to_seconds, count)
         values ${join(rows)}
    on conflict (day, outcome, method, up_to_seconds) do update set count = sign_in_tally.count + excluded.count`;
}

/** A few hundred rows a day at most, however many sign in. */
export const readTally = (tx: Tx, since: string): Promise<readonly { readonly outcome: Outcome; readonly method: string; readonly upToSeconds: number; readonly count: number }[]> =>
  sql(tx)`select outcome, method, up_to_seconds, sum(count)::bigint as count from authn.sign_in_tally where day >= ${since}::date group by outcome, method, up_to_seconds`;

export async function sweepTally(tx: Tx, before: string): Promise<void> {
  await sql(tx)`delete from authn.sign_in_tally where day < ${before}::date`;
}
