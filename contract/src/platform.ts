import { z } from 'zod';

/** Mail that waits here because no mail server is set. */
export const mailList = z.object({
  items: z.array(z.object({ id: z.uuid(), recipient: z.string(), subject: z.string(), text: z.string(), createdAt: z.iso.datetime(), sentAt: z.iso.datetime().nullable() })),
});
