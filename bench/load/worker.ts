import { drive } from './drive.ts';
import { setHostName, type Origin } from './connection.ts';
import type { Shape } from './drive.ts';
import { scenarios, type ScenarioName } from './scenarios.ts';

/** The generator: a process of its own, so that its processor time can be told from that of the server it asks. */
export interface Plan {
  readonly origin: Origin & { readonly name: string };
  readonly scenario: ScenarioName;
  readonly settings: unknown;
  readonly shape: Shape;
}

process.on('message', (plan: Plan) => {
  void work(plan).then(
    (result) => process.send!(result),
    (error: unknown) => process.send!({ failed: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));

async function work({ origin, scenario, settings, shape }: Plan) {
  setHostName(origin.name);
  const prepared = (scenarios[scenario] as (settings: unknown) => ReturnType<(typeof scenarios)[ScenarioName]>)(settings);
  const before = process.cpuUsage();
  const driven = await drive(origin, prepared, shape);
  const used = process.cpuUsage(before);
  return { ...driven, cpuSeconds: (used.user + used.system) / 1e6 };
}
