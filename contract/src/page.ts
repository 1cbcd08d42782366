import { z } from 'zod';

/** Lists go on with `next`, an opaque text from the page before; null: the last page. */
export const pageOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), next: z.string().nullable() });

/** What every list takes; spread it into a strict object. */
export const pageQuery = {
  cursor: z.string().max(600).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
};

export const moment = z.iso.datetime();
export const day = z.iso.date();
export const id = z.uuid();
