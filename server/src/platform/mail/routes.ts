import { mailList } from '@bailiwick/contract/platform';
import { days, later, type Clock } from '../clock/index.ts';
import { sql, type Database } from '../db/index.ts';
import { refusals } from '../errors/index.ts';
import { route, type Module } from '../http/index.ts';
import type { Mailer } from './mailer.ts';

const refuse = refusals('platform', {
  mail_goes_out: { kind: 'not_found', say: () => 'mail goes out through the mail server and does not wait here; look into the mailbox' },
});

const keptDays = 30;

/**
 * The outbox page of an installation without a mail server. Not a `read` permission, so that auditors lack it:
 * a mail may hold a link that does something.
 */
export function mailModule({ mailer, database, clock }: { mailer: Mailer; database: Database; clock: Clock }): Module {
  return {
    domain: 'platform',
    permissions: ['platform.mail.open'],
    routes: [
      route({
        method: 'GET',
        path: '/api/v1/mail',
        permission: 'platform.mail.open',
        summary: 'The newest 50 mails that wait because no mail server is set',
        output: mailList,
        refusals: [refuse.mail_goes_out],
        run: async () => {
          if (mailer.hasServer) throw refuse.mail_goes_out();
          const mails = await mailer.outbox(50);
          return { items: mails.map((mail) => ({ id: mail.id, recipient: mail.recipient, subject: mail.subject, text: mail.textBody, createdAt: mail.createdAt.toISOString(), sentAt: mail.sentAt?.toISOString() ?? null })) };
        },
      }),
    ],
    jobs: [
      {
        name: 'platform.sweep-mail',
        schedule: '41 3 * * *',
        run: async () => {
          await database.read((tx) => sql(tx)`delete from platform.mail where created_at < ${later(clock.now(), -days(keptDays))}`);
        },
      },
    ],
  };
}
