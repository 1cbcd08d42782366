import { afterAll, beforeAll, expect, it } from 'vitest';
import { authenticationWorld, type AuthenticationWorld } from '../../../testing/authentication-world.ts';

let world: AuthenticationWorld;
beforeAll(async () => {
  world = await authenticationWorld();
});
afterAll(() => world.close());

const mailTo = async (address: string) => (await world.mailer.outbox(200)).filter((mail) => mail.recipient === address);

it('a new address or username is told to the address of before, with the way to say that it was somebody else (ASVS 6.3.7)', async () => {
  const uma = await world.settled('Uma', 'Reyes', 'violet harbour three');
  await world.changePerson(uma.person.id, { workEmail: 'uma@elsewhere.example' });
  await world.events.drain();
  const [mail] = (await mailTo('uma@adventure-works.com')).filter((one) => one.subject.includes('changed'));
  expect(mail!.textBody).toContain('uma@elsewhere.example');
  const link = /https:\/\/\S+\/not-me\?token=\S+/.exec(mail!.textBody)![0];
  const chrome = world.browser();
  await chrome.get(new URL(link).pathname + new URL(link).search);
  await chrome.submit('/not-me', { token: new URL(link).searchParams.get('token')! });
  expect((await uma.browser.me()).status).toBe(401);
});

it('what says nothing about signing in is not told', async () => {
  const vic = await world.settled('Vic', 'Ito', 'amber harbour four');
  const before = (await mailTo('vic@adventure-works.com')).length;
  await world.changePerson(vic.person.id, { title: 'Head of Sales' });
  await world.events.drain();
  expect((await mailTo('vic@adventure-works.com')).length).toBe(before);
});
