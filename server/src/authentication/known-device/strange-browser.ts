import { days, later } from '../../platform/clock/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import { noticeIn } from '../factor/notice.ts';
import type { Needs } from '../needs.ts';
import { inWords, whereIs } from '../place/where-is.ts';
import type { Subject } from '../session/store.ts';
import { countNotices, dropOldestDevices } from './store.ts';

/** Whoever clears cookies every day would learn to delete these unread. */
const mostNoticesPerDay = 3;

/** What one person signs in with; a browser that forgets its cookies is a new one each time. */
export const mostKnownDevices = 50;

/** ASVS 6.3.5: the person is told of a sign-in from a browser never seen before, with the way to say that it was somebody else. */
export async function noticeStrangeBrowserIn(tx: Tx, needs: Pick<Needs, 'clock' | 'mailer' | 'config' | 'geography'>, subject: Subject, device: { readonly device: string; readonly address: string }): Promise<void> {
  await dropOldestDevices(tx, subject.personId, mostKnownDevices);
  if ((await countNotices(tx, subject.personId, 'strange_browser', later(needs.clock.now(), -days(1)))) >= mostNoticesPerDay) return;
  const find = await whereIs(tx, needs);
  await noticeIn(tx, needs, subject, { about: 'strange_browser', device: device.device, from: inWords(device.address, find(device.address)) });
}
