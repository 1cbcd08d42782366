import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../testing/database.ts';
import { systemClock } from '../clock/index.ts';
import { openJobs, type Jobs } from '../jobs/index.ts';
import { silentLog } from '../log/index.ts';
import { openMailer, type Mailer } from './index.ts';

let world: TestDatabase;
let jobs: Jobs;
let mailer: Mailer;
let isDown = false;
const received: { text: string; subject: string; to: string; html: string }[] = [];

const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  onMailFrom: (_address, _session, done) => done(isDown ? Object.assign(new Error('greylisted'), { responseCode: 451 }) : null),
  onData(stream, _session, done) {
    const parts: Buffer[] = [];
    stream.on('data', (part: Buffer) => parts.push(part));
    stream.on('end', () => {
      void PostalMime.parse(Buffer.concat(parts)).then((mail) => {
        received.push({ text: mail.text ?? '', subject: mail.subject ?? '', to: mail.to?.[0]?.address ?? '', html: mail.html ?? '' });
        done();
      });
    });
  },
});

beforeAll(async () => {
  world = await testDatabase();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  jobs = openJobs({ database: world.database, clock: systemClock, log: silentLog });
  mailer = openMailer({ database: world.database, jobs, clock: systemClock, smtpUrl: `smtp://127.0.0.1:${port}`, from: 'bailiwick@linden.example', organisation: 'Linden & <Co>' });
  await jobs.start();
});
afterAll(async () => {
  await jobs.stop();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  await world.drop();
});

const post = (subject: string) => world.database.transaction((tx) => mailer.post(tx, { to: 'maria@linden.example', subject, text: 'Somebody signed in.\n\nThis was not me:\nhttps://id.linden.example/x?a=1&b=2' }));

it('a notice reaches a real mail server after the commit, with its link, and names are text', async () => {
  await post('A new sign-in\r\nBcc: everybody@linden.example');
  await expect.poll(() => received.length, { timeout: 10_000 }).toBe(1);
  expect(received[0]).toMatchObject({ to: 'maria@linden.example', subject: 'A new sign-in Bcc: everybody@linden.example' });
  expect(received[0]!.html).toContain('href="https://id.linden.example/x?a=1&amp;b=2"');
  expect(received[0]!.html).toContain('Linden &amp; &lt;Co&gt;');
});

it('no mail is sent for a change that was rolled back', async () => {
  await world.database.transaction(async (tx) => {
    await mailer.post(tx, { to: 'maria@linden.example', subject: 'Never', text: 'never' });
    throw new Error('changed my mind');
  }).catch(() => undefined);
  await post('Afterwards');
  await expect.poll(() => received.at(-1)?.subject, { timeout: 10_000 }).toBe('Afterwards');
  expect(received.map((mail) => mail.subject)).not.toContain('Never');
});

it('mail waits while the server says later, and then goes', async () => {
  isDown = true;
  await post('Patience');
  await expect.poll(async () => (await world.database.pool.query('select last_error from platform.mail where subject = $1', ['Patience'])).rows[0]?.last_error, { timeout: 10_000 }).toContain('greylisted');
  isDown = false;
  await expect.poll(() => received.some((mail) => mail.subject === 'Patience'), { timeout: 20_000 }).toBe(true);
}, 40_000);
