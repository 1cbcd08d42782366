export { openJobs, type Jobs, type JobDefinition, type EnqueueOptions } from './jobs.ts';
export { wait, every, timeoutSignal } from './wait.ts';
