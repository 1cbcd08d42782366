/** Where a list goes on: the sort key of the last row shown and its id as tie-breaker. Opaque outside. */
export interface Cursor {
  readonly key: string;
  readonly id: string;
}

export const cursorOf = (cursor: Cursor): string => Buffer.from(JSON.stringify([cursor.key, cursor.id])).toString('base64url');

/** Null for text that is not one of our cursors; the caller refuses. */
export function parseCursor(text: string): Cursor | null {
  try {
    const [key, id] = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as unknown[];
    return typeof key === 'string' && typeof id === 'string' ? { key, id } : null;
  } catch {
    return null;
  }
}
