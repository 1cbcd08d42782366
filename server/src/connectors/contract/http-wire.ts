import type { Wire } from './contract-suite.ts';

/** For tests: a `fetch` whose conversation can be broken on purpose, once, at the next fitting request. */
export function breakableFetch(real: typeof fetch): { fetch: typeof fetch; wire: Required<Wire> } {
  let next: { readonly on: 'read' | 'write' | 'any'; readonly answer: (go: () => Promise<Response>, signal: AbortSignal | null) => Promise<Response> } | null = null;
  const cut = (): TypeError => new TypeError('fetch failed', { cause: Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' }) });
  return {
    fetch: async (input, init) => {
      const method = (init?.method ?? 'GET').toUpperCase();
      const kind = method === 'GET' ? 'read' : 'write';
      if (next === null || (next.on !== 'any' && next.on !== kind)) return real(input, init);
      const { answer } = next;
      next = null;
      return answer(() => real(input, init), init?.signal ?? null);
    },
    wire: {
      loseNextReplyToWrite: () => { next = { on: 'write', answer: async (go) => { await (await go()).arrayBuffer(); throw cut(); } }; },
      failNextRead: () => { next = { on: 'read', answer: () => Promise.resolve(new Response('{"detail":"out of order"}', { status: 502 })) }; },
      stallNextRead: () => { next = { on: 'read', answer: (_, signal) => new Promise((_resolve, reject) => { signal?.addEventListener('abort', () => reject(signal.reason as Error)); }) }; },
      answerNext: (status, headers) => { next = { on: 'any', answer: () => Promise.resolve(new Response('{}', { status, headers })) }; },
    },
  };
}
