import { median, spreadOf } from '../arithmetic.ts';
import { allErrors, atLeast, atMost, beside, measure, medianCpu, type Bench, type Measured, type Outcome } from '../bench.ts';
import { argon2idPerSecond } from '../limits/limits.ts';
import type { Shape } from '../load/drive.ts';
import type { SignInSettings } from '../load/password-sign-in.ts';
import { benchPassword, seedFactors } from '../seed.ts';

/**
 * Password and authenticator app: one argon2id, a session, the audit, beside the hash alone, two at once.
 *
 *   W1  name, password and code in one form that stays open, one request: what the sign-in itself costs
 *   W2  page by page without script, as a person does: six requests
 */
export async function passwordSignIn({ house, generator, bystander, isQuick, people, say }: Bench, id: 'W1' | 'W2'): Promise<Outcome> {
  const isOneForm = id === 'W1';
  // Enough people that nobody comes twice: within half a minute their code stays the same, and later each visit would be one from a strange browser.
  const settings: SignInSettings = { people: await seedFactors(house.pool, house.folder, Math.min(17_000, Math.floor(people * 0.9))), password: benchPassword, isOneForm };
  let used = 0;
  // Each load begins where the one before has ended, for the same reason.
  const load = async (shape: Shape): Promise<Measured> => {
    const from = used % settings.people.length;
    const measured = await measure(generator, house, 'passwordSignIn', { ...settings, people: [...settings.people.slice(from), ...settings.people.slice(0, from)] }, shape);
    used += measured.operations + 20;
    return measured;
  };
  const sessionsBefore = await count(house.pool, `select count(*) from authn.session`);
  const auditBefore = await count(house.pool, `select count(*) from audit.everything where action like 'authentication.%' and outcome = 'allowed'`);

  const shape = (seconds: number) => ({ kind: 'closed', connections: 4, seconds }) as const;
  // A server that has just begun to sign people in still runs most of its code uncompiled.
  const all: Measured[] = [await load(shape(isQuick ? 1 : 10))];
  // As autovacuum does within a minute: a plan that was made for empty tables says nothing about the day after.
  await house.pool.query('vacuum (analyze) authn.session, authn.device, authn.throttle_wait, authn.sign_in, audit.inbox, audit.entry');
  const rounds: { ours: Measured; hashes: number }[] = [];
  const waits: number[] = [];
  // Between any two rounds the limit is measured, and each round is held against what came before it and after it.
  const probe = (): Promise<number> => argon2idPerSecond(isQuick ? 1.5 : 2.5);
  let before = await probe();
  for (let round = 0; round < (isQuick ? 1 : 7); round += 1) {
    const ours = await load(shape(isQuick ? 3 : 6));
    const after = await probe();
    rounds.push({ ours, hashes: (before + after) / 2 });
    say(`${id} round ${round + 1}: ${ours.rate.toFixed(1)} sign-ins/s, ${before.toFixed(1)} and ${after.toFixed(1)} hashes/s`);
    before = after;
  }
  all.push(...rounds.map((one) => one.ours));
  const rate = median(rounds.map((one) => one.ours.rate));

  // Others at full load: people who read pages, at a steady 20 per second, for a minute in W1: of 400 readings the 99th percentile is the fourth slowest. Shorter where people would come twice.
  const seconds = isQuick ? 3 : Math.max(20, Math.min(isOneForm ? 60 : 20, Math.floor((settings.people.length - used) / rate) - 10));
  const reads = { asked: [{ name: 'people', path: '/api/v1/people?limit=50', bearer: house.token, itemsAtLeast: 1 }, { name: 'discovery', path: '/.well-known/openid-configuration' }] };
  const readPages = () => bystander.run({ origin: house.origin, scenario: 'reads', settings: reads, shape: { kind: 'open', ratePerSecond: 20, seconds, connections: 8 } });
  const [full, others] = await Promise.all([load(shape(seconds)), readPages()]);
  waits.push(...Object.values(others.latencies).flat());
  // What two processors that do nothing but hash leave to a page: the machine's own share in that wait. The threads of the library take the priority of the process that starts them.
  const [, undisturbed] = await Promise.all([argon2idPerSecond(seconds, 10), readPages()]);
  const open = await load({ kind: 'open', ratePerSecond: rate * 0.5, seconds: isQuick ? 4 : 15, connections: 64 });
  all.push(full, open);

  const done = all.reduce((sum, one) => sum + one.operations, 0);
  const sessions = (await count(house.pool, `select count(*) from authn.session`)) - sessionsBefore;
  const audited = (await count(house.pool, `select count(*) from audit.everything where action like 'authentication.%' and outcome = 'allowed'`)) - auditBefore;
  const errors = allErrors(all);
  if (sessions < done) errors[`${done} sign-ins left ${sessions} sessions`] = done - sessions;
  if (audited < done) errors[`${done} sign-ins left ${audited} audit entries`] = done - audited;

  const limit = beside('argon2id 46 MiB t=1, 2 at once', rounds.map((one) => [one.ours.rate, one.hashes]));
  const latency = spreadOf(Object.values(open.latencies).flat());
  const wait = spreadOf(waits);
  return {
    id, title: isOneForm ? 'password sign-in, one form' : 'password sign-in, page by page', setting: `${people.toLocaleString('en-GB')} people, c=4`, unit: 'sign-ins/s', rate, limit,
    latency: { ...latency, at: '50 % load' },
    latencies: { 'others meanwhile': wait, 'others beside hashes alone': spreadOf(Object.values(undisturbed.latencies).flat()) },
    errors: { ...errors, ...allErrors([others, undisturbed].map(({ errors: these }) => ({ ...full, errors: these }))) },
    cpu: medianCpu(rounds.map((one) => one.ours)),
    aims: [
      atLeast('ratio to argon2id', limit.ratio.value, isOneForm ? 0.85 : 0.64),
      ...(isOneForm ? [atMost('p95 at 50 % load', latency.p95, 60, ' ms')] : []),
      atMost('p99 of others at full load', wait.p99, 100, ' ms'),
    ],
    facts: { 'sign-ins': done, sessions, 'audit entries': audited, 'generator load': median(rounds.map((one) => one.ours.generatorLoad)) },
  };
}

const count = async (pool: Bench['house']['pool'], question: string): Promise<number> => Number((await pool.query<{ count: string }>(question)).rows[0]!.count);
