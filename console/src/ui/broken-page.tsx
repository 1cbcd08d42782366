import { Anchor, Button } from '@mantine/core';
import type { ErrorComponentProps } from '@tanstack/react-router';
import { IconMoodSad, IconMap } from '@tabler/icons-react';
import { Problem } from '../api/client.ts';
import { words } from '../words/index.ts';
import { EmptyState, ErrorState } from './state.tsx';

export function BrokenPage({ error }: ErrorComponentProps) {
  if (error instanceof Problem) return <ErrorState error={error} retry={() => location.reload()} />;
  return (
    <EmptyState icon={IconMoodSad} isPage title={words.ui.oops} actions={<Button onClick={() => location.reload()}>{words.ui.reload}</Button>}>
      {words.ui.oopsText}
    </EmptyState>
  );
}

export function MissingPage() {
  return (
    <EmptyState icon={IconMap} isPage title={words.ui.notFound} actions={<Anchor href="/">{words.ui.toStart}</Anchor>} />
  );
}
