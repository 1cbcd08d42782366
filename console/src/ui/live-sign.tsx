import { Tooltip } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { listen, useIsLive } from '../api/live.ts';
import { words } from '../words/index.ts';
import { useMay } from './me.tsx';
import css from './shell.module.css';

/** Opens the stream while a shell is on the screen, for those who may hear it. */
export function useLive(): void {
  const queries = useQueryClient();
  const mayHear = useMay('reports.live.read');
  useEffect(() => (mayHear ? listen(queries) : undefined), [queries, mayHear]);
}

export function LiveSign() {
  const isLive = useIsLive();
  // Whoever may not hear the stream misses nothing that could be mended.
  if (!useMay('reports.live.read')) return null;
  return (
    <Tooltip label={isLive ? words.shell.liveText : words.shell.notLiveText}>
      <span className={css.live} data-on={isLive || undefined} tabIndex={0} role="status">
        <span className={css.dot} aria-hidden="true" />
        {isLive ? words.shell.live : words.shell.notLive}
      </span>
    </Tooltip>
  );
}
