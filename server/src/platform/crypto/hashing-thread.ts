import { hashSync, verifySync } from '@node-rs/argon2';
import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import type { HashingTask, HashingReply } from './password-hashing.ts';

// On Linux this concerns the calling thread alone: a page is answered before the next hash, however many people sign in.
// Elsewhere it would slow the whole process down.
if (process.platform === 'linux') setPriority(10);

parentPort?.on('message', (task: HashingTask) => {
  let reply: HashingReply;
  try {
    reply = { is: 'done', result: task.stored === null ? hashSync(task.secret, task.parameters) : verifySync(task.stored, task.secret) };
  } catch (error) {
    reply = { is: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
  parentPort?.postMessage(reply);
});
