import { Alert, NativeSelect, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { changeAccount, type Account } from '../../api/directory.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { PersonPicker } from '../../ui/person-picker.tsx';
import { say } from '../../ui/said.tsx';
import { words } from '../../words/index.ts';
import { linkTo, useRenewAccounts } from './accounts-table.tsx';
import { suggestionQuery } from './suggestion.ts';

export function LinkDialog({ account, onClose }: { account: Account; onClose: () => void }) {
  const w = words.inventory;
  const renew = useRenewAccounts();
  const suggestion = useQuery(suggestionQuery(account));
  const [person, setPerson] = useState<{ id: string; displayName: string } | null>(null);
  return (
    <Confirm
      title={w.linkTitle(account.login)}
      effect={
        <Stack gap="sm">
          <p>{w.linkText}</p>
          {suggestion.data ? (
            <Alert variant="light" title={w.suggestion(suggestion.data.person.displayName)}>
              {w.suggestionWhy[suggestion.data.because]}
            </Alert>
          ) : null}
          <PersonPicker label={w.person} value={person?.id ?? null} onChange={(id, name) => setPerson(id ? { id, displayName: name ?? '' } : null)} isRequired />
        </Stack>
      }
      action={w.link}
      isReady={person !== null}
      onConfirm={() => linkTo(account, person!, renew)}
      onClose={onClose}
    />
  );
}

/** Says what accounts without a person are, and who answers for them. */
export function MarkDialog({ accounts, onClose }: { accounts: readonly Account[]; onClose: () => void }) {
  const w = words.inventory;
  const renew = useRenewAccounts();
  const [kind, setKind] = useState<'service' | 'shared' | 'admin'>('service');
  const [ownerId, setOwnerId] = useState<string | null>(null);
  return (
    <Confirm
      title={w.markTitle(accounts.length, accounts[0]?.login ?? '')}
      effect={
        <Stack gap="sm">
          <p>{w.markText}</p>
          <NativeSelect label={w.markKind} value={kind} onChange={(event) => setKind(event.currentTarget.value as typeof kind)} data={(['service', 'shared', 'admin'] as const).map((one) => ({ value: one, label: w.kinds[one] }))} />
          <PersonPicker label={w.markOwner} value={ownerId} onChange={setOwnerId} isRequired />
        </Stack>
      }
      action={w.markAction}
      isReady={ownerId !== null}
      onConfirm={async () => {
        for (const account of accounts) await changeAccount(account.id, { kind, ownerId });
        await renew();
        say(w.marked(accounts.length), async () => {
          for (const account of accounts) await changeAccount(account.id, { kind: account.kind, ownerId: account.ownerId });
          await renew();
        });
      }}
      onClose={onClose}
    />
  );
}
