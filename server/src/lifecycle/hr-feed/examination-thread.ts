import { parentPort, workerData } from 'node:worker_threads';
import { atOnce, examining } from './examine.ts';
import type { Choices } from './mapping.ts';

const { bytes, choices } = workerData as { bytes: Uint8Array; choices: Choices };
parentPort?.postMessage(atOnce(examining(bytes, choices)));
