import { Button, Group } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { IconStack2 } from '@tabler/icons-react';
import { useState, type ReactNode } from 'react';
import { changeAccount, type Account } from '../../api/directory.ts';
import { at } from '../../ui/at.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { DataList, type Column, type ListQuery, type Selection } from '../../ui/data-list.tsx';
import { ProofMark } from '../../ui/proof-mark.tsx';
import { RouteLink } from '../../ui/route-link.tsx';
import { say, sayProblem } from '../../ui/said.tsx';
import { EmptyState } from '../../ui/state.tsx';
import { Tone, type ToneName } from '../../ui/tone.tsx';
import { When } from '../../ui/when.tsx';
import { Why } from '../../ui/why.tsx';
import { useMay } from '../../ui/me.tsx';
import { words } from '../../words/index.ts';
import { LinkDialog, MarkDialog } from './account-dialogs.tsx';
import { suggestionQuery } from './suggestion.ts';

export const situationTones: Readonly<Record<Account['situation'], ToneName>> = { linked: 'good', unlinked: 'attention', unmatched: 'attention', disputed: 'danger', deleted: 'neutral', collision: 'danger' };

/** Links and says so, with the way back. */
export async function linkTo(account: Account, person: { id: string; displayName: string }, renew: () => Promise<unknown>): Promise<void> {
  await changeAccount(account.id, { personId: person.id });
  await renew();
  say(words.inventory.linked(account.login, person.displayName), async () => {
    await changeAccount(account.id, { personId: account.personId });
    await renew();
  });
}

export const useRenewAccounts = (): (() => Promise<unknown>) => {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ predicate: ({ queryKey }) => ['accounts', 'inventory', 'grants', 'reports', 'applications'].includes(String(queryKey[0])) });
};

function TiedTo({ account, onLink, onMark }: { account: Account; onLink: () => void; onMark: () => void }) {
  const w = words.inventory;
  const renew = useRenewAccounts();
  const mayChange = useMay('directory.account.change');
  const isTied = account.personId !== null || account.ownerId !== null;
  const suggestion = useQuery({ ...suggestionQuery(account), enabled: !isTied && mayChange });
  if (account.personId) return <RouteLink to={at.person(account.personId)}>{account.personName}</RouteLink>;
  if (account.ownerId) {
    return (
      <span>
        {w.kinds[account.kind]} · <RouteLink to={at.person(account.ownerId)}>{w.answers(account.ownerName ?? '')}</RouteLink>
      </span>
    );
  }
  if (!mayChange) return <span className="quiet">{w.nobody}</span>;
  return (
    <Group gap={6} wrap="wrap">
      {suggestion.data ? (
        <>
          <Button size="compact-xs" variant="light" onClick={() => void linkTo(account, suggestion.data!.person, renew).catch(sayProblem)}>
            {w.linkTo(suggestion.data.person.displayName)}
          </Button>
          <span className="small quiet">
            <Why because={w.suggestionWhy[suggestion.data.because]} path={at.person(suggestion.data.person.id)}>
              {words.ui.why}
            </Why>
          </span>
        </>
      ) : null}
      <Button size="compact-xs" variant="default" onClick={onLink}>
        {suggestion.data ? w.linkOther : w.linkSomebody}
      </Button>
      <Button size="compact-xs" variant="subtle" color="gray" onClick={onMark}>
        {w.mark}
      </Button>
    </Group>
  );
}

/** Accounts with what ties them, and the way to tie them. */
export function AccountsTable({ query, selection, empty, isOfPerson = false, isOfApplication = false }: { query: ListQuery<Account>; selection?: Selection; empty?: ReactNode; isOfPerson?: boolean; isOfApplication?: boolean }) {
  const w = words.inventory;
  const renew = useRenewAccounts();
  const [asked, ask] = useState<{ is: 'link' | 'mark' | 'unlink'; account: Account } | null>(null);
  const columns: Column<Account>[] = [
    {
      key: 'account',
      title: w.columns.account,
      width: '2fr',
      render: (one) => (
        <>
          <code>{one.login}</code>
          <span className="quiet-under">{[one.displayName, one.isPrivileged ? w.privileged : null].filter(Boolean).join(' · ')}</span>
        </>
      ),
    },
    ...(isOfApplication ? [] : [{ key: 'application', title: w.columns.application, width: '1fr', render: (one: Account) => <RouteLink to={at.application(one.applicationId)}>{one.applicationName}</RouteLink> }]),
    { key: 'status', title: w.columns.status, width: '190px', render: (one) => <ProofMark proof={{ state: one.status === 'unknown' ? 'unknown' : 'proven', seenAt: one.observedAt }} says={w.statuses[one.status]} /> },
    {
      key: 'situation',
      title: w.columns.situation,
      width: '120px',
      render: (one) => (
        <Why because={w.situationTexts[one.situation]}>
          <Tone tone={situationTones[one.situation]} isBoxed={false}>
            {w.situations[one.situation]}
          </Tone>
        </Why>
      ),
    },
    { key: 'used', title: w.columns.lastUsed, width: '140px', render: (one) => (one.isLastUseKnown ? <When at={one.lastUsedAt} /> : <span className="quiet">{w.lastUseUnknown}</span>) },
    isOfPerson
      ? {
          key: 'act',
          title: w.columns.act,
          width: '80px',
          render: (one: Account) => (
            <Button size="compact-xs" variant="subtle" color="gray" onClick={() => ask({ is: 'unlink', account: one })}>
              {w.unlink}
            </Button>
          ),
        }
      : { key: 'tied', title: w.columns.tied, width: '4fr', render: (one: Account) => <TiedTo account={one} onLink={() => ask({ is: 'link', account: one })} onMark={() => ask({ is: 'mark', account: one })} /> },
  ];
  return (
    <>
      <DataList
        name={w.title}
        query={query}
        columns={columns}
        keyOf={(one) => one.id}
        {...(selection ? { selection } : {})}
        rowHeight={56}
        card={(one) => (
          <>
            <Group justify="space-between" wrap="nowrap">
              <code>{one.login}</code>
              <Tone tone={situationTones[one.situation]}>{w.situations[one.situation]}</Tone>
            </Group>
            <span className="small quiet">{[one.displayName, one.applicationName, w.statuses[one.status]].filter(Boolean).join(' · ')}</span>
            {isOfPerson ? null : <TiedTo account={one} onLink={() => ask({ is: 'link', account: one })} onMark={() => ask({ is: 'mark', account: one })} />}
          </>
        )}
        empty={
          empty ?? (
            <EmptyState icon={IconStack2} title={w.nothingFits}>
              {words.ui.nothingFoundText}
            </EmptyState>
          )
        }
      />
      {asked?.is === 'link' ? <LinkDialog account={asked.account} onClose={() => ask(null)} /> : null}
      {asked?.is === 'mark' ? <MarkDialog accounts={[asked.account]} onClose={() => ask(null)} /> : null}
      {asked?.is === 'unlink' ? (
        <Confirm
          title={w.unlink}
          effect={w.unlinkEffect(asked.account.login, asked.account.personName ?? '')}
          action={w.unlink}
          onConfirm={async () => {
            const { account } = asked;
            await changeAccount(account.id, { personId: null });
            await renew();
            say(w.unlinked(account.login), async () => {
              await changeAccount(account.id, { personId: account.personId });
              await renew();
            });
          }}
          onClose={() => ask(null)}
        />
      ) : null}
    </>
  );
}
