import { Anchor, Button, Group, Modal, MultiSelect, NumberInput, Stack, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { IconKey } from '@tabler/icons-react';
import { useState } from 'react';
import { createToken, revokeToken, tokensQuery, type ApiToken, type ApiTokenCreated } from '../../api/authentication.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { useMe } from '../../ui/me.tsx';
import { say } from '../../ui/said.tsx';
import { SecretOnce } from '../../ui/secret-once.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { ShortTable } from '../../ui/short-table.tsx';
import { EmptyState, Loaded } from '../../ui/state.tsx';
import { Tone } from '../../ui/tone.tsx';
import { When } from '../../ui/when.tsx';
import { Why } from '../../ui/why.tsx';
import { words } from '../../words/index.ts';

export function Tokens() {
  const w = words.settings.tokens;
  const queries = useQueryClient();
  const query = useQuery(tokensQuery);
  const [asked, ask] = useState<{ is: 'create' } | { is: 'made'; made: ApiTokenCreated } | { is: 'revoke'; token: ApiToken } | null>(null);
  const renew = (): Promise<void> => queries.invalidateQueries({ queryKey: ['settings', 'tokens'] });
  return (
    <Sheet
      title={words.settings.parts.tokens}
      lead={w.lead}
      actions={
        <Group gap="sm">
          <Anchor href="/api/openapi.json" target="_blank" rel="noreferrer">
            {w.api}
          </Anchor>
          <Button size="compact-sm" onClick={() => ask({ is: 'create' })}>
            {w.create}
          </Button>
        </Group>
      }
    >
      <Loaded query={query} rows={3}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState icon={IconKey} title={w.none}>
              {w.noneText}
            </EmptyState>
          ) : (
            <ShortTable
              name={words.settings.parts.tokens}
              rows={items}
              keyOf={(token) => token.id}
              columns={[
                { title: w.columns.name, render: (token) => token.name },
                { title: w.columns.owner, render: (token) => token.ownerName ?? '–' },
                { title: w.columns.permissions, render: (token) => <Why because={token.permissions.join(', ')}>{w.some(token.permissions.length)}</Why> },
                { title: w.columns.used, render: (token) => <When at={token.lastUsedAt} /> },
                { title: w.columns.ends, render: (token) => (token.endedAt ? <Tone tone="neutral">{w.ended}</Tone> : <When at={token.expiresAt} />) },
              ]}
              action={{
                title: w.revoke,
                render: (token) =>
                  token.endedAt ? null : (
                    <Button size="compact-sm" variant="default" onClick={() => ask({ is: 'revoke', token })} aria-label={`${w.revoke} ${token.name}`}>
                      {w.revoke}
                    </Button>
                  ),
              }}
            />
          )
        }
      </Loaded>
      {asked?.is === 'create' ? <Create onClose={() => ask(null)} onMade={(made) => void renew().then(() => ask({ is: 'made', made }))} /> : null}
      {asked?.is === 'made' ? (
        <Modal opened onClose={() => ask(null)} title={w.made} closeOnClickOutside={false}>
          <Stack gap="md">
            <p>{w.madeText}</p>
            <SecretOnce value={asked.made.token} label={w.made} />
            <Group justify="flex-end">
              <Button onClick={() => ask(null)}>{w.kept}</Button>
            </Group>
          </Stack>
        </Modal>
      ) : null}
      {asked?.is === 'revoke' ? (
        <Confirm
          title={`${w.revoke} ${asked.token.name}`}
          effect={w.revokeEffect(asked.token.name)}
          action={w.revoke}
          isDangerous
          onConfirm={async () => {
            await revokeToken(asked.token.id);
            await renew();
            say(w.revoked(asked.token.name));
          }}
          onClose={() => ask(null)}
        />
      ) : null}
    </Sheet>
  );
}

function Create({ onClose, onMade }: { onClose: () => void; onMade: (made: ApiTokenCreated) => void }) {
  const w = words.settings.tokens;
  const me = useMe();
  const [name, setName] = useState('');
  const [permissions, setPermissions] = useState<string[]>([]);
  const [days, setDays] = useState<number>(90);
  return (
    <Confirm
      title={w.create}
      effect={
        <Stack gap="sm">
          <TextInput label={w.name} placeholder={w.nameExample} value={name} onChange={(event) => setName(event.currentTarget.value)} required maxLength={80} />
          <MultiSelect label={w.permissions} searchable value={permissions} onChange={setPermissions} data={me.permissions.toSorted()} required hidePickedOptions maxDropdownHeight={240} />
          <NumberInput size="sm" label={w.days} value={days} onChange={(value) => setDays(typeof value === 'number' ? value : 90)} min={1} max={365} required />
        </Stack>
      }
      action={w.create}
      isReady={name.trim() !== '' && permissions.length > 0}
      onConfirm={async () => {
        const made = await createToken({ name: name.trim(), permissions, expiresInDays: days });
        setTimeout(() => onMade(made));
      }}
      onClose={onClose}
    />
  );
}
