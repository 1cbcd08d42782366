import { arrivals } from '../arithmetic.ts';
import { Connection, type Origin } from './connection.ts';

/** One kind of operation. Returns the name under which its latency is kept; throws when the answer is not the right one. */
export interface Scenario {
  once(connection: Connection): Promise<string>;
}

export type Shape =
  /** As fast as answers come: capacity. Its latencies say nothing, since a slow server is asked less. */
  | { readonly kind: 'closed'; readonly connections: number; readonly seconds: number }
  /** At a given rate whatever happens; latency counts from the moment a request was meant to be sent. */
  | { readonly kind: 'open'; readonly ratePerSecond: number; readonly seconds: number; readonly connections: number };

export interface Driven {
  readonly operations: number;
  readonly seconds: number;
  readonly errors: Readonly<Record<string, number>>;
  readonly latencies: Readonly<Record<string, readonly number[]>>;
}

export async function drive(origin: Origin, scenario: Scenario, shape: Shape): Promise<Driven> {
  const errors: Record<string, number> = {};
  const latencies: Record<string, number[]> = {};
  let operations = 0;

  const attempt = async (connection: Connection, since: number): Promise<void> => {
    try {
      const name = await scenario.once(connection);
      (latencies[name] ??= []).push(performance.now() - since);
      operations += 1;
    } catch (error) {
      const text = (error as Error).message.slice(0, 300);
      errors[text] = (errors[text] ?? 0) + 1;
      // Whatever is half read on this connection belongs to the failed operation.
      connection.close();
      // A server that refuses everything must not look like a busy one.
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };

  const began = performance.now();
  if (shape.kind === 'closed') {
    const end = began + shape.seconds * 1_000;
    await Promise.all(Array.from({ length: shape.connections }, async () => {
      const connection = new Connection(origin);
      while (performance.now() < end) await attempt(connection, performance.now());
      connection.close();
    }));
    return { operations, seconds: (performance.now() - began) / 1_000, errors, latencies };
  }

  const times = arrivals(shape.ratePerSecond, shape.seconds);
  const idle = Array.from({ length: shape.connections }, () => new Connection(origin));
  const everyConnection = [...idle];
  const late: number[] = [];
  const underWay = new Set<Promise<void>>();
  const start = (since: number): void => {
    const connection = idle.pop();
    if (!connection) return void late.push(since);
    const work = attempt(connection, since).then(() => {
      underWay.delete(work);
      idle.push(connection);
      const next = late.shift();
      if (next !== undefined) start(next);
    });
    underWay.add(work);
  };
  for (let index = 0; index < times.length;) {
    const now = performance.now() - began;
    while (index < times.length && times[index]! <= now) start(began + times[index++]!);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  while (underWay.size > 0) await Promise.all(underWay);
  for (const connection of everyConnection) connection.close();
  return { operations, seconds: (performance.now() - began) / 1_000, errors, latencies };
}
