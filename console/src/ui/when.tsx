import { Tooltip } from '@mantine/core';
import { words } from '../words/index.ts';
import { useNow } from './now.ts';
import { day, exact, relative } from './time.ts';

/** A time as people say it; the exact one on hover and focus. */
export function When({ at, none = words.ui.never }: { at: string | null | undefined; none?: string }) {
  const now = useNow(1_000);
  if (!at) return <span>{none}</span>;
  const date = new Date(at);
  return (
    <Tooltip label={exact(date)}>
      <time dateTime={at}>{relative(date, now)}</time>
    </Tooltip>
  );
}

export function Day({ on, none = words.ui.none }: { on: string | null | undefined; none?: string }) {
  return on ? <time dateTime={on}>{day(on)}</time> : <span>{none}</span>;
}
