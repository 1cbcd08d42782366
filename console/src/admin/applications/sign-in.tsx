import { Button, Group, Modal, NativeSelect, Stack, Switch, Textarea, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { IconKey } from '@tabler/icons-react';
import { useState } from 'react';
import type { Application } from '../../api/directory.ts';
import { applicationSignInQuery, changeClient, createClient, removeClient, rotateClientSecret, type Client, type ClientMade } from '../../api/federation.ts';
import { Confirm, Refused } from '../../ui/confirm.tsx';
import { Facts } from '../../ui/facts.tsx';
import { say } from '../../ui/said.tsx';
import { SecretOnce } from '../../ui/secret-once.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { EmptyState, Loaded } from '../../ui/state.tsx';
import { When } from '../../ui/when.tsx';
import { words } from '../../words/index.ts';

/** How people sign in to one application through Bailiwick: its OpenID Connect clients. */
export function SignIn({ application }: { application: Application }) {
  const w = words.applications.client;
  const queries = useQueryClient();
  const query = useQuery(applicationSignInQuery(application.id));
  const [asked, ask] = useState<{ is: 'add' } | { is: 'change' | 'rotate' | 'remove'; client: Client } | { is: 'made'; made: ClientMade; isNew: boolean } | null>(null);
  const renew = (): Promise<void> => queries.invalidateQueries({ queryKey: ['clients'] });
  const close = (): void => ask(null);
  return (
    <>
      <Loaded query={query} rows={4}>
        {(known) => (
          <Stack gap="lg">
            {known.clients.length === 0 ? (
              <Sheet title={w.title} lead={w.lead}>
                <EmptyState icon={IconKey} title={w.none} actions={<Button onClick={() => ask({ is: 'add' })}>{w.add}</Button>}>
                  {w.noneText}
                </EmptyState>
              </Sheet>
            ) : (
              <>
                <Group justify="space-between">
                  <span className="quiet">{w.people(known.people30Days)}</span>
                  <Button size="compact-sm" variant="default" onClick={() => ask({ is: 'add' })}>
                    {w.add}
                  </Button>
                </Group>
                {known.clients.map((client) => (
                  <Sheet
                    key={client.clientId}
                    title={client.name}
                    actions={
                      <Group gap="xs">
                        <Button size="compact-sm" variant="default" onClick={() => ask({ is: 'change', client })}>
                          {w.change}
                        </Button>
                        {client.authentication === 'client_secret_basic' || client.authentication === 'client_secret_post' ? (
                          <Button size="compact-sm" variant="default" onClick={() => ask({ is: 'rotate', client })}>
                            {w.rotate}
                          </Button>
                        ) : null}
                        <Button size="compact-sm" variant="subtle" color="red" onClick={() => ask({ is: 'remove', client })}>
                          {words.ui.remove}
                        </Button>
                      </Group>
                    }
                  >
                    <Facts
                      facts={[
                        [w.clientId, <code key="id">{client.clientId}</code>],
                        [w.issuer, <code key="issuer">{known.connection.issuer}</code>],
                        [w.discovery, <code key="discovery">{known.connection.discovery}</code>],
                        [w.kind, w.kinds[client.kind]],
                        [w.authentication, w.authentications[client.authentication]],
                        [w.redirectUris, <Lines key="redirect" lines={client.redirectUris} />],
                        [w.postLogoutUris, client.postLogoutRedirectUris.length > 0 ? <Lines key="post" lines={client.postLogoutRedirectUris} /> : null],
                        [w.backchannel, client.backchannelLogoutUri ? <code key="back">{client.backchannelLogoutUri}</code> : null],
                        [w.home, client.homeUri ? <code key="home">{client.homeUri}</code> : null],
                        [w.level, w.levels[client.leastAssuranceLevel]],
                        [w.requiresGrant, client.requiresGrant ? words.ui.yes : words.ui.no],
                        [w.lastUsed, <When key="used" at={client.lastUsedAt} />],
                      ]}
                    />
                  </Sheet>
                ))}
              </>
            )}
          </Stack>
        )}
      </Loaded>
      {asked?.is === 'add' ? <ClientDialog application={application} client={null} onClose={close} onMade={(made) => void renew().then(() => ask({ is: 'made', made, isNew: true }))} /> : null}
      {asked?.is === 'change' ? <ClientDialog application={application} client={asked.client} onClose={close} onMade={() => void renew().then(close)} /> : null}
      {asked?.is === 'rotate' ? (
        <Confirm
          title={w.rotate}
          effect={w.rotateEffect}
          action={w.rotate}
          onConfirm={async () => {
            const made = await rotateClientSecret(asked.client.clientId, 24);
            await renew();
            setTimeout(() => ask({ is: 'made', made, isNew: false }));
          }}
          onClose={close}
        />
      ) : null}
      {asked?.is === 'remove' ? (
        <Confirm
          title={w.remove}
          effect={w.removeEffect}
          action={w.remove}
          isDangerous
          onConfirm={async () => {
            await removeClient(asked.client.clientId);
            await renew();
            say(w.removed(asked.client.name));
          }}
          onClose={close}
        />
      ) : null}
      {asked?.is === 'made' ? (
        <Modal opened onClose={close} title={asked.isNew ? w.made : w.rotated} closeOnClickOutside={false}>
          <Stack gap="md">
            <p>{w.madeText}</p>
            <SecretOnce value={asked.made.clientId} label={w.clientId} />
            {asked.made.clientSecret ? <SecretOnce value={asked.made.clientSecret} label={w.clientSecret} /> : null}
            <Facts
              facts={[
                [w.issuer, <code key="issuer">{asked.made.connection.issuer}</code>],
                [w.discovery, <code key="discovery">{asked.made.connection.discovery}</code>],
              ]}
            />
            <Group justify="flex-end">
              <Button onClick={close}>{w.done}</Button>
            </Group>
          </Stack>
        </Modal>
      ) : null}
    </>
  );
}

function Lines({ lines }: { lines: readonly string[] }) {
  return (
    <span>
      {lines.map((line) => (
        <code key={line} style={{ display: 'block' }}>
          {line}
        </code>
      ))}
    </span>
  );
}

const linesOf = (text: string): string[] => text.split('\n').map((line) => line.trim()).filter(Boolean);

function ClientDialog({ application, client, onClose, onMade }: { application: Application; client: Client | null; onClose: () => void; onMade: (made: ClientMade) => void }) {
  const w = words.applications.client;
  const [name, setName] = useState(client?.name ?? application.name);
  const [kind, setKind] = useState(client?.kind ?? 'web');
  const [redirects, setRedirects] = useState((client?.redirectUris ?? []).join('\n'));
  const [afterwards, setAfterwards] = useState((client?.postLogoutRedirectUris ?? []).join('\n'));
  const [backchannel, setBackchannel] = useState(client?.backchannelLogoutUri ?? '');
  const [home, setHome] = useState(client?.homeUri ?? '');
  const [initiate, setInitiate] = useState(client?.initiateLoginUri ?? '');
  const [level, setLevel] = useState<1 | 2 | 3>(client?.leastAssuranceLevel ?? 2);
  const [requiresGrant, setRequiresGrant] = useState(client?.requiresGrant ?? false);
  const [isFirstParty, setFirstParty] = useState(client?.isFirstParty ?? true);
  const [error, setError] = useState<Error | null>(null);
  const [isBusy, setBusy] = useState(false);
  const needsRedirect = kind !== 'machine';
  const send = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    const settings = {
      name: name.trim(),
      redirectUris: linesOf(redirects),
      postLogoutRedirectUris: linesOf(afterwards),
      backchannelLogoutUri: backchannel.trim() || null,
      homeUri: home.trim() || null,
      initiateLoginUri: initiate.trim() || null,
      leastAssuranceLevel: level,
      requiresGrant,
      isFirstParty,
    };
    try {
      if (client) {
        const changed = await changeClient(client.clientId, settings);
        say(w.saved(changed.name));
        onMade({ ...changed, clientSecret: null });
      } else onMade(await createClient({ ...settings, kind, applicationId: application.id }));
    } catch (caught) {
      setError(caught as Error);
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title={client ? w.change : w.add} size="lg">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <Stack gap="sm">
          <TextInput label={w.name} value={name} onChange={(event) => setName(event.currentTarget.value)} required />
          {client ? null : <NativeSelect label={w.kind} value={kind} onChange={(event) => setKind(event.currentTarget.value as typeof kind)} data={Object.entries(w.kinds).map(([value, label]) => ({ value, label }))} />}
          {needsRedirect ? (
            <>
              <Textarea label={w.redirectUris} description={w.redirectUrisText} value={redirects} onChange={(event) => setRedirects(event.currentTarget.value)} required spellCheck={false} />
              <Textarea label={w.postLogoutUris} value={afterwards} onChange={(event) => setAfterwards(event.currentTarget.value)} minRows={1} spellCheck={false} />
              <TextInput label={w.home} description={w.homeText} type="url" value={home} onChange={(event) => setHome(event.currentTarget.value)} />
              <TextInput label={w.initiate} type="url" value={initiate} onChange={(event) => setInitiate(event.currentTarget.value)} />
              <TextInput label={w.backchannel} description={w.backchannelText} type="url" value={backchannel} onChange={(event) => setBackchannel(event.currentTarget.value)} />
              <NativeSelect label={w.level} value={String(level)} onChange={(event) => setLevel(Number(event.currentTarget.value) as 1 | 2 | 3)} data={([1, 2, 3] as const).map((one) => ({ value: String(one), label: w.levels[one] }))} />
              <Switch label={w.requiresGrant} checked={requiresGrant} onChange={(event) => setRequiresGrant(event.currentTarget.checked)} />
              <Switch label={w.firstParty} checked={isFirstParty} onChange={(event) => setFirstParty(event.currentTarget.checked)} />
            </>
          ) : null}
          <Refused error={error} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {words.ui.cancel}
            </Button>
            <Button type="submit" loading={isBusy}>
              {client ? words.ui.save : w.make}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
