import { median, spreadOf } from '../arithmetic.ts';
import { atMost, type Bench, type Outcome } from '../bench.ts';

const rows = 5_000;

/** HR: a file of 5,000 rows is read, compared with everybody and shown, nobody changed; others read pages meanwhile. */
export async function hrPreview({ house, bystander, isQuick, people, say }: Bench): Promise<Outcome> {
  const took: number[] = [];
  const waits: number[] = [];
  const errors: Record<string, number> = {};
  for (let round = 0; round < (isQuick ? 1 : 5); round += 1) {
    const reads = { asked: [{ name: 'people', path: '/api/v1/people?limit=50', bearer: house.token, itemsAtLeast: 1 }] };
    const others = bystander.run({ origin: house.origin, scenario: 'reads', settings: reads, shape: { kind: 'open', ratePerSecond: 20, seconds: 3, connections: 8 } });
    const began = performance.now();
    const reply = await fetch(`${house.issuer}/api/v1/hr-imports?fileName=bench-${round}.csv&isComplete=false`, { method: 'POST', headers: { authorization: `Bearer ${house.token}`, 'content-type': 'text/csv' }, body: fileOf(round) });
    const answer = (await reply.json()) as { id: string; counts?: { joiner: number } };
    took.push(performance.now() - began);
    if (reply.status !== 201 || answer.counts?.joiner !== rows) errors[`the preview answered ${reply.status}: ${JSON.stringify(answer.counts ?? answer).slice(0, 200)}`] = 1;
    else await house.api('POST', `/api/v1/hr-imports/${answer.id}/refuse`, {});
    waits.push(...Object.values((await others).latencies).flat());
    say(`HR round ${round + 1}: ${Math.round(took.at(-1)!)} ms`);
  }
  const wait = spreadOf(waits);
  return {
    id: 'HR', title: `HR file of ${rows.toLocaleString('en-GB')} rows, from upload to preview`, setting: `${people.toLocaleString('en-GB')} people`, latencies: { 'others meanwhile': wait }, errors,
    aims: [atMost('median', median(took) / 1_000, 3, ' s'), atMost('p99 of others meanwhile', wait.p99, 100, ' ms')],
    facts: { 'preview, ms': median(took), 'slowest preview, ms': Math.max(...took) },
  };
}

/** Newcomers, each round others: managers among them, a department of ten, dates as people write them. */
function fileOf(round: number): string {
  const lines = ['Employee Number;First Name;Last Name;E-Mail;Department;Title;Location;Employment Type;Manager Number;Start Date'];
  for (let n = 1; n <= rows; n += 1) {
    lines.push([`B${round}-${n}`, `Given${n % 211}`, `Family${n % 1_013}`, `b${round}.${n}@bench.example`, `Department ${n % 10}`, `Title ${n % 40}`, `Site ${n % 7}`, 'Employee', n === 1 ? '' : `B${round}-${Math.max(1, Math.floor(n / 12))}`, `0${1 + (n % 9)}.03.2025`].join(';'));
  }
  return lines.join('\n');
}
