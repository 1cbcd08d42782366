import { lifeLine, personPath } from '@bailiwick/contract/reports';
import { listEntries, sentenceOf } from '../../audit/index.ts';
import type { Database } from '../../platform/db/index.ts';
import { route, type AnyRoute } from '../../platform/http/index.ts';
import { kindOf, proofOf, type LifePoint } from './life-line.ts';
import { readStepsOf } from './store.ts';

const most = 100;

/** Joined, moved, granted, signed in, left: one line, newest first, each point with its proof. */
export const lifeLineRoutes = ({ database }: { database: Database }): readonly AnyRoute[] => [
  route({
    method: 'GET',
    path: '/api/v1/people/:personId/life-line',
    permission: 'reports.life-line.read',
    summary: 'The life line of a person: the newest 100 points',
    params: personPath,
    output: lifeLine,
    run: ({ params }) =>
      database.read(async (tx) => {
        const [{ items: entries }, steps] = await Promise.all([listEntries(tx, { target: `person:${params.personId}`, limit: most }), readStepsOf(tx, params.personId)]);
        const points: LifePoint[] = [
          ...entries.map((entry) => ({ at: entry.at, kind: kindOf(entry.action), sentence: sentenceOf(entry), proof: null, movementId: null })),
          ...steps.map((step) => ({ at: step.provenAt ?? step.sentAt ?? step.wantedAt, kind: 'account' as const, sentence: step.title, proof: proofOf(step), movementId: step.movementId })),
        ];
        points.sort((a, b) => b.at.getTime() - a.at.getTime());
        return { items: points.slice(0, most).map((point) => ({ ...point, at: point.at.toISOString() })) };
      }),
  }),
];
