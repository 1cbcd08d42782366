import path from 'node:path';
import { median, pairedRatio, spreadOf, type Ratio, type Spread } from './arithmetic.ts';
import type { House } from './house.ts';
import type { Generator, Loaded } from './load/load.ts';
import type { Shape } from './load/drive.ts';
import type { ScenarioName } from './load/scenarios.ts';
import { cpuSecondsOf } from './processes.ts';

export interface Beside {
  readonly name: string;
  readonly rate: number;
  readonly ratio: Ratio;
}

export interface Aim {
  readonly text: string;
  readonly isMet: boolean;
}

/** One line of the table. */
export interface Outcome {
  readonly id: string;
  readonly title: string;
  /** What is in the database, or which case. */
  readonly setting: string;
  readonly unit?: string;
  readonly rate?: number;
  readonly limit?: Beside;
  readonly peer?: Beside;
  readonly latency?: Spread & { readonly at: string };
  readonly latencies?: Readonly<Record<string, Spread>>;
  readonly errors?: Readonly<Record<string, number>>;
  /** Milliseconds of processor time per operation. */
  readonly cpu?: Cpu;
  readonly aims: readonly Aim[];
  readonly facts?: Readonly<Record<string, number | string>>;
}

export interface Cpu {
  readonly app: number;
  readonly postgres: number;
  readonly generator: number;
}

export interface Bench {
  readonly house: House;
  readonly generator: Generator;
  /** A second generator, for those who must not notice the load of the first. */
  readonly bystander: Generator;
  readonly isQuick: boolean;
  readonly people: number;
  say(text: string): void;
  /** Stops the server and starts it again on the same data; returns how long it took to answer. */
  restart(): Promise<number>;
}

export const resultsFolder = path.join(import.meta.dirname, 'results');

export interface Measured {
  readonly rate: number;
  readonly operations: number;
  readonly cpu: Cpu;
  /** Of the generator, in processors: above 0.6 it begins to take from the server what it measures. */
  readonly generatorLoad: number;
  readonly latencies: Readonly<Record<string, readonly number[]>>;
  readonly errors: Readonly<Record<string, number>>;
}

interface Target {
  readonly origin: { readonly host: string; readonly port: number; readonly name: string };
  cpu(): { app: number; postgres: number };
}

export const targetOf = (port: number, pid: number): Target => ({ origin: { host: '127.0.0.1', port, name: `localhost:${port}` }, cpu: () => ({ app: cpuSecondsOf(pid), postgres: 0 }) });

export async function measure(generator: Generator, target: Target, scenario: ScenarioName, settings: unknown, shape: Shape): Promise<Measured> {
  const before = target.cpu();
  const loaded: Loaded = await generator.run({ origin: target.origin, scenario, settings, shape });
  const after = target.cpu();
  const each = (seconds: number): number => (seconds * 1_000) / Math.max(1, loaded.operations);
  return {
    rate: loaded.operations / loaded.seconds,
    operations: loaded.operations,
    cpu: { app: each(after.app - before.app), postgres: each(after.postgres - before.postgres), generator: each(loaded.cpuSeconds) },
    generatorLoad: loaded.cpuSeconds / loaded.seconds,
    latencies: loaded.latencies,
    errors: loaded.errors,
  };
}

export const allLatencies = (measured: Measured): Spread => spreadOf(Object.values(measured.latencies).flat());

export const medianCpu = (rounds: readonly Measured[]): Cpu => ({
  app: median(rounds.map((one) => one.cpu.app)),
  postgres: median(rounds.map((one) => one.cpu.postgres)),
  generator: median(rounds.map((one) => one.cpu.generator)),
});

export function allErrors(rounds: readonly Measured[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const { errors } of rounds) for (const [text, times] of Object.entries(errors)) sum[text] = (sum[text] ?? 0) + times;
  return sum;
}

export const beside = (name: string, pairs: readonly (readonly [ours: number, theirs: number])[]): Beside => ({ name, rate: median(pairs.map(([, theirs]) => theirs)), ratio: pairedRatio(pairs) });

export const atLeast = (what: string, value: number, wanted: number, unit = ''): Aim => ({ text: `${what} ${round(value)}${unit} (wanted >= ${wanted}${unit})`, isMet: value >= wanted });
export const atMost = (what: string, value: number, wanted: number, unit = ''): Aim => ({ text: `${what} ${round(value)}${unit} (wanted <= ${wanted}${unit})`, isMet: value <= wanted });

const round = (value: number): string => (value >= 100 ? Math.round(value).toLocaleString('en-GB') : value.toFixed(value >= 10 ? 1 : 2));
