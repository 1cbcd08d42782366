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
    return typeof key === 'string' && typeof id === 'string' && isText(key) && isText(id) ? { key, id } : null;
  } catch {
    return null;
  }
}

/** Of a list whose rows have a uuid. What is none must not reach a cast. */
export function parseIdCursor(text: string): Cursor | null {
  const cursor = parseCursor(text);
  return cursor && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(cursor.id) ? cursor : null;
}

/** Of a list by time: a moment exactly as `cursorOf` was given it. Date.parse alone finds a date in nearly any text. */
export const isMoment = (text: string): boolean => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text) && !Number.isNaN(Date.parse(text));

export function parseTimeCursor(text: string): Cursor | null {
  const cursor = parseIdCursor(text);
  return cursor && isMoment(cursor.key) ? cursor : null;
}

const isText = (text: string): boolean => !text.includes('\u0000') && text.isWellFormed();
