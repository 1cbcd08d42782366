/** Waits `ms`, or until `signal` aborts (then it returns early, without throwing). */
export function wait(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    if (signal?.aborted) done();
    else signal?.addEventListener('abort', done);
  });
}

/** Runs `work` every `ms` (never twice at once) until the returned function is called, which also waits for the run under way. */
export function every(ms: number, work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  const timer = setInterval(() => {
    running ??= work().finally(() => { running = null; });
  }, ms);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await running;
  };
}

export const timeoutSignal = (ms: number): AbortSignal => AbortSignal.timeout(ms);
