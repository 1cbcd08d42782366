import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { timeoutSignal } from '../../platform/jobs/index.ts';
import { examining, inSlices, type Examined } from './examine.ts';
import type { Choices } from './mapping.ts';

/** Below this, starting a thread costs more than the work. */
const small = 64 * 1_024;

/**
 * Examines a file without holding up the process: in a thread, which is ended when it takes too long or too much memory,
 * so that no file, however made, can stop the sign-in of others.
 */
export async function examineApart(bytes: Uint8Array, choices: Choices): Promise<Examined> {
  if (bytes.length <= small) return inSlices(examining(bytes, choices));
  const thread = new Worker(new URL('./examination-thread.ts', import.meta.url), { workerData: { bytes, choices }, resourceLimits: { maxOldGenerationSizeMb: 768 }, execArgv: ['--disable-warning=ExperimentalWarning'] });
  try {
    const [examined] = (await once(thread, 'message', { signal: timeoutSignal(30_000) })) as [Examined];
    return examined;
  } catch (error) {
    const code = (error as { code?: string }).code;
    if (code === 'ERR_WORKER_OUT_OF_MEMORY') return { is: 'unreadable', why: 'it needs too much memory' };
    if (code === 'ABORT_ERR') return { is: 'unreadable', why: 'it takes too long to read' };
    throw error;
  } finally {
    await thread.terminate();
  }
}
