/** So many refusals of the same to the same are written within a minute; a person at work never comes near. */
export const writtenPerMinute = 30;
/** Over all who are not signed in, since a stranger has as many addresses as there are. */
export const writtenOfStrangersPerMinute = 600;

const windowMs = 60_000;
const mostKept = 20_000;

export type Metered =
  /** `before`: how many of the minute before were counted and not written. `isLast`: the rest of this minute will be. */
  { readonly isWritten: true; readonly before: number; readonly isLast: boolean } | { readonly isWritten: false };

interface Window {
  readonly began: number;
  written: number;
  counted: number;
}

/**
 * Every no is an entry, but entries are kept for years, and saying no costs the asker nothing: a script that runs into a wall a
 * thousand times a second would fill the disk and bury what matters (ASVS 16.2: the log itself is not a way to take the house
 * down). What repeats within a minute is counted, and the next entry says how often. INVARIANT: the first is always written.
 */
export function openRefusalMeter() {
  const windows = new Map<string, Window>();

  return function take(key: string, at: Date, limit: number = writtenPerMinute): Metered {
    const known = windows.get(key);
    if (known && at.getTime() - known.began < windowMs) {
      if (known.written < limit) {
        known.written += 1;
        return { isWritten: true, before: 0, isLast: known.written === limit };
      }
      known.counted += 1;
      return { isWritten: false };
    }
    windows.delete(key);
    if (windows.size >= mostKept) windows.delete(windows.keys().next().value!);
    windows.set(key, { began: at.getTime(), written: 1, counted: 0 });
    return { isWritten: true, before: known?.counted ?? 0, isLast: limit === 1 };
  };
}
