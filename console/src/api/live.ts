import type { QueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';

/** What each kind of fact can change on a page, by the first word of its name; what is not named here renews everything that is shown. */
const renews: Readonly<Record<string, readonly string[]>> = {
  person: ['people', 'grants', 'movements', 'inventory', 'accounts', 'reports', 'audit', 'hr', 'break-glass'],
  session: ['people', 'me', 'reports', 'audit'],
  factor: ['people', 'me', 'enrolment', 'reports', 'audit'],
  enrolment: ['enrolment', 'reports', 'audit'],
  movement: ['movements', 'people', 'grants', 'reports', 'inventory', 'accounts', 'connections', 'drift', 'audit', 'me'],
  step: ['movements', 'grants', 'reports', 'connections'],
  grant: ['grants', 'people', 'roles', 'reports', 'audit', 'me'],
  role: ['roles', 'grants', 'audit'],
  account: ['accounts', 'inventory', 'people', 'applications', 'reports', 'grants'],
  connection: ['connections', 'applications', 'reports', 'audit'],
  reading: ['connections', 'applications', 'accounts', 'inventory', 'drift', 'reports'],
  hr: ['hr', 'people', 'reports', 'audit'],
  entitlement: ['applications', 'roles', 'grants', 'audit'],
  brake: ['connections', 'movements', 'reports', 'audit'],
  console: ['settings', 'me', 'audit'],
  sign: ['reports', 'audit'],
  reset: ['recovery', 'people', 'audit'],
  recovery: ['recovery', 'me', 'people', 'audit'],
  drill: ['recovery', 'me', 'audit'],
  break: ['break-glass', 'reports', 'audit'],
  client: ['clients', 'applications', 'audit'],
};

let isLive = false;
const listeners = new Set<() => void>();
const setLive = (value: boolean): void => {
  if (value === isLive) return;
  isLive = value;
  for (const each of listeners) each();
};

export const useIsLive = (): boolean =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => isLive,
  );

/** One stream of committed facts for the whole app. Pages ask again for what they show; the stream itself carries no content. */
export function listen(queries: QueryClient): () => void {
  const source = new EventSource('/api/v1/live');
  const due = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | null = null;
  let wasLost = false;
  let renewedAt = -Infinity;

  const renew = (): void => {
    timer = null;
    renewedAt = performance.now();
    const roots = new Set(due);
    due.clear();
    void queries.invalidateQueries({ predicate: ({ queryKey }) => roots.has('everything') || roots.has(String(queryKey[0])) });
  };
  const hear = (event: MessageEvent<string>): void => {
    let kind = '';
    try {
      kind = (JSON.parse(event.data) as { kind?: string }).kind ?? '';
    } catch {
      return;
    }
    for (const root of renews[kind.split(/[_.]/)[0] ?? ''] ?? ['everything']) due.add(root);
    // A leaver with twenty systems brings a burst, an HR file thousands of facts: ask once for what came together, and not without pause.
    timer ??= setTimeout(renew, Math.max(120, renewedAt + 600 - performance.now()));
  };
  source.addEventListener('open', () => {
    setLive(true);
    if (wasLost) void queries.invalidateQueries();
    wasLost = false;
  });
  source.addEventListener('error', () => {
    setLive(false);
    wasLost = true;
  });
  source.addEventListener('change', hear);
  // More happened than this page could be told: ask for all of it again.
  source.addEventListener('everything', () => void queries.invalidateQueries());
  return () => {
    if (timer) clearTimeout(timer);
    source.close();
    setLive(false);
  };
}
