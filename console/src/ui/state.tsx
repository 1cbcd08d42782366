import { Button, Skeleton, Stack } from '@mantine/core';
import { IconAlertTriangle, IconKey, type Icon } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { goToSignIn, Problem } from '../api/client.ts';
import { words } from '../words/index.ts';
import { ticked } from '../words/ticked.tsx';
import css from './state.module.css';

/** Capital letter and full stop for a refusal, which the server writes as a clause. */
export function asSentence(text: string): string {
  const clean = text.trim();
  return clean ? `${clean.charAt(0).toUpperCase()}${clean.slice(1)}${/[.!?]$/.test(clean) ? '' : '.'}` : clean;
}

/** The same to be shown: names in backticks become code. */
export const sentence = (text: string): ReactNode => ticked(asSentence(text));

export function EmptyState({ icon: Icon, title, children, actions, isPage = false }: { icon: Icon; title: string; children?: ReactNode; actions?: ReactNode; isPage?: boolean }) {
  return (
    <div className={css.state}>
      <Icon size={32} stroke={1.25} className={css.icon} aria-hidden="true" />
      {isPage ? <h1 className={css.title}>{title}</h1> : <h2>{title}</h2>}
      {children ? <p>{children}</p> : null}
      {actions ? <div className={css.row}>{actions}</div> : null}
    </div>
  );
}

export function ErrorState({ error, retry }: { error: Error; retry?: () => void }) {
  if (error instanceof Problem && error.code === 'platform.stronger_sign_in_needed') {
    return (
      <EmptyState icon={IconKey} title={words.ui.strongerSignIn} actions={<Button onClick={() => void goToSignIn(error.stepUp ?? error.assuranceLevel ?? 2)}>{words.ui.signInAgain}</Button>}>
        {words.ui.strongerSignInText}
      </EmptyState>
    );
  }
  return (
    <div className={css.state} role="alert">
      <IconAlertTriangle size={32} stroke={1.25} className={css.icon} data-tone="danger" aria-hidden="true" />
      <h2>{words.ui.couldNotLoad}</h2>
      <p>{sentence(error.message)}</p>
      {error instanceof Problem && error.requestId ? <p className={css.small}>{words.ui.reference(error.requestId)}</p> : null}
      {retry ? (
        <div className={css.row}>
          <Button variant="default" onClick={retry}>
            {words.ui.tryAgain}
          </Button>
        </div>
      ) : null}
    </div>
  );
}

export function LoadingState({ rows = 6 }: { rows?: number }) {
  return (
    <Stack gap={12} py={12} className="after-a-moment" role="status" aria-label={words.ui.loading}>
      {Array.from({ length: rows }, (_, index) => (
        <Skeleton key={index} height={16} width={`${92 - ((index * 17) % 40)}%`} radius="sm" />
      ))}
    </Stack>
  );
}

/** What a query brings: loading, the problem, or the page. */
export function Loaded<T>({ query, children, rows }: { query: { data: T | undefined; error: Error | null; isPending: boolean; refetch: () => unknown }; children: (data: T) => ReactNode; rows?: number }) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error) return <ErrorState error={query.error} retry={() => void query.refetch()} />;
  return <LoadingState {...(rows === undefined ? {} : { rows })} />;
}
