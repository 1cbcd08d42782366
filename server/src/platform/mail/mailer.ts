import { createTransport, type Transporter } from 'nodemailer';
import { later, minutes, type Clock } from '../clock/index.ts';
import { newId } from '../crypto/index.ts';
import { sql, type Database, type Tx } from '../db/index.ts';
import { escapeHtml } from '../html/index.ts';
import type { Jobs } from '../jobs/index.ts';

export interface Mail {
  readonly to: string;
  readonly subject: string;
  /** Plain sentences; an empty line begins a paragraph. Addresses that stand alone on a line become links. */
  readonly text: string;
}

export interface Mailer {
  /** Written with the change that causes it; sent by a job after the commit. */
  post(tx: Tx, mail: Mail): Promise<void>;
  /** Newest first, for the outbox page; only where no mail server is set. */
  outbox(limit: number): Promise<readonly OutboxMail[]>;
  readonly hasServer: boolean;
  /** What keeps mail from going out: no server is set, or one has not taken a mail for half an hour. Null: nothing. */
  trouble(): Promise<string | null>;
}

export interface OutboxMail {
  readonly id: string;
  readonly recipient: string;
  readonly subject: string;
  readonly textBody: string;
  readonly createdAt: Date;
  readonly sentAt: Date | null;
  readonly lastError: string | null;
}

const job = 'platform.send-mail';

export function openMailer(needs: { database: Database; jobs: Jobs; clock: Clock; smtpUrl: string | null; from: string; organisation: string }): Mailer {
  const { database, jobs, clock } = needs;
  const transport: Transporter | null = needs.smtpUrl ? createTransport(needs.smtpUrl, { from: needs.from, disableFileAccess: true, disableUrlAccess: true } as never) : null;

  jobs.define({
    name: job,
    maxAttempts: 12,
    async run(payload) {
      const { id } = payload as { id: string };
      const [mail] = await database.read((tx) => sql<{ recipient: string; subject: string; textBody: string; htmlBody: string; sentAt: Date | null }>(tx)`select * from platform.mail where id = ${id}`);
      if (!mail || mail.sentAt || !transport) return;
      try {
        await transport.sendMail({ to: mail.recipient, subject: mail.subject, text: mail.textBody, html: mail.htmlBody, messageId: `<${id}@bailiwick>` });
      } catch (error) {
        await database.read((tx) => sql(tx)`update platform.mail set attempts = attempts + 1, last_error = ${String(error).slice(0, 300)} where id = ${id}`);
        throw error;
      }
      // What was sent is kept without its words: a link in it still opens something for whoever reads the database.
      await database.read((tx) => sql(tx)`update platform.mail set sent_at = ${clock.now()}, last_error = null, text_body = '', html_body = '' where id = ${id}`);
    },
  });

  return {
    hasServer: transport !== null,
    async post(tx, mail) {
      const id = newId();
      await sql(tx)`
        insert into platform.mail (id, recipient, subject, text_body, html_body, created_at)
             values (${id}, ${mail.to}, ${mail.subject.replace(/[\r\n]+/g, ' ')}, ${mail.text}, ${asHtml(mail.text, needs.organisation)}, ${clock.now()})`;
      if (transport) await jobs.enqueue(tx, job, { id });
    },
    async trouble() {
      if (!transport) return 'no mail server is set (BAILIWICK_SMTP_URL)';
      const [stuck] = await database.read((tx) => sql<{ lastError: string }>(tx)`select last_error from platform.mail where sent_at is null and last_error is not null and created_at < ${later(clock.now(), -minutes(30))} order by created_at desc limit 1`);
      return stuck ? `the mail server does not take mail: ${stuck.lastError}` : null;
    },
    outbox: (limit) => database.read((tx) => sql<OutboxMail>(tx)`select id, recipient, subject, text_body, created_at, sent_at, last_error from platform.mail order by created_at desc limit ${limit}`),
  };
}

function asHtml(text: string, organisation: string): string {
  const paragraphs = text.split(/\n{2,}/).map((paragraph) => {
    const lines = paragraph.split('\n').map((line) => (/^https?:\/\/\S+$/.test(line) ? `<a href="${escapeHtml(line)}">${escapeHtml(line)}</a>` : escapeHtml(line)));
    return `<p style="margin:0 0 16px">${lines.join('<br>')}</p>`;
  });
  return `<!doctype html><html><body style="font:16px/1.5 system-ui,sans-serif;color:#16302f;max-width:560px;margin:24px auto;padding:0 16px"><p style="font-weight:600;margin:0 0 24px">${escapeHtml(organisation)}</p>${paragraphs.join('')}</body></html>`;
}
