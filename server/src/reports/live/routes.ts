import type { Events, LiveEvent } from '../../platform/events/index.ts';
import { route, stream, type AnyRoute } from '../../platform/http/index.ts';

/** Pages that show something moving listen here and ask again for what they show; the stream itself carries no content. */
export const liveRoutes = ({ events }: { events: Pick<Events, 'hear'> }): readonly AnyRoute[] => [
  route({
    method: 'GET',
    path: '/api/v1/live',
    permission: 'reports.live.read',
    summary: 'Server-sent events: kind and subject of everything that happens',
    run: async ({ principal, signal }) => stream(changes(events, principal.personId, signal)),
  }),
];

/** At most this many wait for a slow reader; beyond that it is told to ask for everything again. */
const most = 500;

/** What may end a session ends the stream of that person too: who may still listen asks again, everybody else is told 401. */
const endings: readonly string[] = ['person_left', 'session_ended'];

async function* changes(events: Pick<Events, 'hear'>, listener: string | null, signal: AbortSignal): AsyncGenerator<{ event: string; data: LiveEvent | Record<string, never> }> {
  let waiting: LiveEvent[] = [];
  let isBehind = false;
  let wake: (() => void) | null = null;
  const stop = events.hear((event) => {
    if (waiting.length >= most) isBehind = true;
    else waiting.push(event);
    wake?.();
  });
  signal.addEventListener('abort', () => wake?.());
  try {
    while (!signal.aborted) {
      if (waiting.length === 0 && !isBehind) await new Promise<void>((resolve) => { wake = resolve; });
      const batch = waiting;
      waiting = [];
      if (isBehind) {
        isBehind = false;
        yield { event: 'everything', data: {} };
      }
      for (const event of batch) {
        if (listener !== null && event.subject === `person:${listener}` && endings.includes(event.kind)) return;
        yield { event: 'change', data: event };
      }
    }
  } finally {
    stop();
  }
}
