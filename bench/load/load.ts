import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Driven } from './drive.ts';
import type { Plan } from './worker.ts';

export interface Loaded extends Driven {
  /** Processor time of the generator itself. */
  readonly cpuSeconds: number;
}

export interface Generator {
  run(plan: Plan): Promise<Loaded>;
  close(): void;
}

export function startGenerator(core: number | null): Generator {
  const child: ChildProcess = fork(fileURLToPath(new URL('./worker.ts', import.meta.url)), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    serialization: 'advanced',
    ...(core === null ? {} : { execPath: 'taskset', execArgv: ['-c', String(core), process.execPath, '--disable-warning=ExperimentalWarning'] }),
  });
  return {
    run: (plan) =>
      new Promise((resolve, reject) => {
        child.once('message', (answer: Loaded | { failed: string }) => ('failed' in answer ? reject(new Error(answer.failed)) : resolve(answer)));
        child.send(plan);
      }),
    close: () => child.disconnect(),
  };
}
