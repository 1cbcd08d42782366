import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { openOutgoingFetch } from './fetch.ts';

it('a system that never answers is given up in time, also when memory was tidied up meanwhile', async () => {
  setFlagsFromString('--expose-gc');
  const tidyUp = runInNewContext('gc') as () => void;
  const deaf = createServer(() => undefined);
  await new Promise<void>((resolve) => { deaf.listen(0, '127.0.0.1', resolve); });
  const fetch = openOutgoingFetch({ answerLimit: 1_000, timeoutMs: null, keepsConnections: true });
  const url = `http://localhost:${(deaf.address() as AddressInfo).port}/`;
  const stopping = new AbortController();
  let over = 0;
  const asked = Array.from({ length: 20 }, () => fetch(url, { method: 'POST', body: '{}', signal: AbortSignal.any([stopping.signal, AbortSignal.timeout(400)]) }).then(() => 'answered', () => 'given up').finally(() => { over += 1; }));
  const tidying = setInterval(tidyUp, 20);
  await new Promise((resolve) => { setTimeout(resolve, 1_500); });
  clearInterval(tidying);
  deaf.closeAllConnections();
  deaf.close();
  expect(over).toBe(20);
  expect(new Set(await Promise.all(asked))).toEqual(new Set(['given up']));
});
