import type { Module } from '../../platform/http/index.ts';
import { followCalendar } from './follow-calendar.ts';
import type { Needs } from './needs.ts';
import { hrFeedRoutes } from './routes.ts';

export type HrFeedNeeds = Needs;

/** The piece of the lifecycle module that is the HR feed. */
export const hrFeedModule = (needs: HrFeedNeeds): { readonly routes: NonNullable<Module['routes']>; readonly jobs: NonNullable<Module['jobs']>; readonly subscribers: NonNullable<Module['subscribers']> } => ({
  routes: hrFeedRoutes(needs),
  // Every quarter of an hour: midnight comes at a quarter somewhere (Asia/Kathmandu).
  jobs: [{ name: 'lifecycle.follow-calendar', schedule: '*/15 * * * *', run: () => followCalendar(needs) }],
  subscribers: [],
});
