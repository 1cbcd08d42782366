import type { Outcome } from './bench.ts';
import { figure, printTable } from './table.ts';

const errorsOf = (outcome: Outcome): number => Object.values(outcome.errors ?? {}).reduce((sum, times) => sum + times, 0);
const ratioOf = (one: Outcome['limit']): string => (one ? `${one.ratio.value.toFixed(2)} (${one.ratio.low.toFixed(2)}-${one.ratio.high.toFixed(2)})` : '-');

export function describeOutcome(outcome: Outcome): string {
  const lines = [`       ${outcome.id} ${outcome.title} (${outcome.setting})${outcome.rate === undefined ? '' : `: ${figure(outcome.rate)} ${outcome.unit ?? ''}`}`];
  for (const one of [outcome.limit, outcome.peer]) if (one) lines.push(`          ${ratioOf(one)} of ${one.name}, ${figure(one.rate)}/s`);
  for (const aim of outcome.aims) lines.push(`          ${aim.isMet ? 'met   ' : 'MISSED'} ${aim.text}`);
  for (const [text, times] of Object.entries(outcome.errors ?? {})) lines.push(`          ERROR ${times} x ${text}`);
  return lines.join('\n');
}

interface Result {
  readonly at: string;
  readonly commit: string;
  readonly isChanged: boolean;
  readonly mode: string;
  readonly isQuick: boolean;
  readonly machine: { readonly processor: string; readonly processors: number; readonly foreignLoad: number };
  readonly versions: Readonly<Record<string, string>>;
  readonly limits: Readonly<Record<string, number>>;
  readonly minutes: number;
  readonly growth?: readonly { readonly what: string; readonly exponent: number; readonly lastToFirst: number }[] | undefined;
  readonly outcomes: readonly Outcome[];
  readonly failures: readonly string[];
}

export function describeTable(result: Result): string {
  const rows = result.outcomes.map((one) => [
    one.id, `${one.title}; ${one.setting}`,
    one.rate === undefined ? '-' : `${figure(one.rate)} ${one.unit ?? ''}`,
    one.limit ? `${one.limit.name}, ${figure(one.limit.rate)}/s` : '-', ratioOf(one.limit),
    one.peer ? `${one.peer.name}, ${figure(one.peer.rate)}/s` : '-', ratioOf(one.peer),
    one.latency ? `${figure(one.latency.p50)} / ${figure(one.latency.p95)} / ${figure(one.latency.p99)} at ${one.latency.at}` : '-',
    one.cpu ? `${figure(one.cpu.app)} + ${figure(one.cpu.postgres)} (${figure(one.cpu.generator)})` : '-',
    String(errorsOf(one)),
  ]);
  const facts = result.outcomes.flatMap((one) => Object.entries(one.facts ?? {}).map(([name, value]) => [`${one.id} ${name}`, typeof value === 'number' ? figure(value) : value]));
  const named = result.outcomes.filter((one) => one.latencies && Object.keys(one.latencies).length > 0);
  return [
    `Bailiwick ${result.commit}${result.isChanged ? ' and changes' : ''}, ${result.at}, ${result.mode}${result.isQuick ? ', QUICK: numbers mean little' : ''}`,
    `${result.machine.processors} x ${result.machine.processor}, busy with something else: ${result.machine.foreignLoad.toFixed(2)} processors; ${Object.entries(result.versions).map(([name, version]) => `${name} ${version}`).join(', ')}; ${result.minutes.toFixed(1)} min`,
    '',
    printTable(['', 'workload', 'ours', 'limit, same run', 'ratio', 'beside', 'ratio', 'p50 / p95 / p99 ms', 'processor ms per operation: app + PostgreSQL (generator)', 'errors'], rows),
    '',
    ...result.outcomes.flatMap((one) => one.aims.map((aim) => `${aim.isMet ? 'met   ' : 'MISSED'}  ${one.id} ${one.setting}: ${aim.text}`)),
    ...named.flatMap((one) => ['', `${one.id} ${one.title}, ${one.setting}; milliseconds`, printTable(['', 'p50', 'p95', 'p99', 'max', 'n'], Object.entries(one.latencies!).map(([name, spread]) => [name, figure(spread.p50), figure(spread.p95), figure(spread.p99), figure(spread.max), String(spread.count)]))]),
    ...(result.growth ? ['', 'growth of p95 with size', printTable(['', 'exponent', 'largest to smallest'], result.growth.map((one) => [one.what, one.exponent.toFixed(3), `x ${one.lastToFirst.toFixed(2)}`]))] : []),
    ...(facts.length > 0 ? ['', printTable(['facts', ''], facts)] : []),
    '',
    printTable(['limits of this machine now', 'per second'], Object.entries(result.limits).map(([name, rate]) => [name, figure(rate)])),
    ...result.outcomes.flatMap((one) => Object.entries(one.errors ?? {}).map(([text, times]) => `ERROR  ${one.id}: ${times} x ${text}`)),
    ...result.failures.map((text) => `FAILED  ${text}`),
  ].join('\n');
}
