import { sql } from '../src/platform/db/index.ts';
import type { World } from './world.ts';

export interface MailSeen {
  readonly subject: string;
  readonly text: string;
}

/** What people find in their mailboxes, oldest first, once everything that was on its way has arrived. */
export function mailBox(world: World) {
  const to = async (address: string): Promise<readonly MailSeen[]> => {
    await world.quiet();
    return world.database.read((tx) => sql<MailSeen>(tx)`select subject, text_body as text from platform.mail where recipient = ${address} order by id`);
  };
  return {
    to,
    subjectsTo: async (address: string): Promise<readonly string[]> => (await to(address)).map((mail) => mail.subject),
    /** The eight digits of the newest mail that has some. */
    async codeTo(address: string): Promise<string> {
      const found = (await to(address)).map((mail) => /^(\d{4}) (\d{4})$/m.exec(mail.text)).filter((one) => one !== null).at(-1);
      if (!found) throw new Error(`no code was mailed to ${address}`);
      return found[1]! + found[2]!;
    },
    async linkTo(address: string, path: string): Promise<string | null> {
      const links = (await to(address)).flatMap((mail) => mail.text.match(/https?:\/\/\S+/g) ?? []).filter((link) => new URL(link).pathname === path);
      return links.at(-1) ?? null;
    },
  };
}

export type MailBox = ReturnType<typeof mailBox>;
