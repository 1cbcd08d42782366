import type { Today } from '@bailiwick/contract/reports';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { mailBox } from '../../../testing/mail-box.ts';
import { openWorld, type World } from '../../../testing/world.ts';
import { days } from '../../platform/clock/index.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const needs = async (): Promise<string[]> => (await (await world.script()).api<Today>('GET', '/api/v1/reports/today')).needs.filter((need) => need.kind === 'sign_in_disavowed').map((need) => need.title);

it('two envelopes are asked for as soon as there is an administrator who could be locked out, not only once a system is connected', async () => {
  const isAsked = async (): Promise<boolean> => (await (await world.script()).api<Today>('GET', '/api/v1/reports/today')).needs.some((need) => need.kind === 'break_glass_missing');
  expect(await isAsked()).toBe(false);
  await world.setUp('rita', 'Rita', 'Boss');
  expect(await isAsked()).toBe(true);
});

it('"this was not me" tells the administrators, as its page says: by mail, and on Today for a week', async () => {
  const mails = mailBox(world);
  const mara = await world.hire('Mara', 'Told');
  expect(await needs()).toEqual([]);
  for (let time = 0; time < 2; time += 1) {
    await world.signIn(mara);
    await mara.browser.api('POST', '/api/v1/me/factors/recovery-codes');
    const link = new URL((await mails.linkTo('mara.told@linden.example', '/not-me'))!);
    await mara.browser.go(link.pathname + link.search);
    await mara.browser.post('/not-me', { token: link.searchParams.get('token')! });
  }
  expect(await needs(), 'twice, and one person').toEqual(['One person said “this was not me” in the last 7 days']);
  const told = (await mails.to('rita@linden.example')).filter((mail) => mail.subject.includes('this was not me'));
  expect(told.map((mail) => mail.subject)).toEqual(Array(2).fill('Linden: Mara Told said "this was not me"'));
  expect(told[0]!.text).toContain(`/admin/people/${mara.id}?tab=signIns`);
  expect((await mails.subjectsTo('mara.told@linden.example')).filter((subject) => subject.includes('this was not me')), 'who says it knows it').toEqual([]);
  world.clock.forward(days(8));
  expect(await needs()).toEqual([]);
});
