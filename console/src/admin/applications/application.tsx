import { Button, Group, Menu, Modal, NativeSelect, SimpleGrid, Stack, Switch, Tabs, Textarea, TextInput } from '@mantine/core';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { IconChevronDown, IconRefresh, IconShieldCheck } from '@tabler/icons-react';
import { useState, type ReactNode } from 'react';
import { accountList, applicationQuery, changeApplication, changeEntitlement, entitlementList, type Application, type Entitlement } from '../../api/directory.ts';
import { acceptReading, changeConnection, checkConnection, connectionsQuery, readNow, releaseBrake, type Connection, type ConnectionCheck } from '../../api/lifecycle.ts';
import { at } from '../../ui/at.ts';
import { ButtonLink } from '../../ui/button-link.tsx';
import { Confirm, Refused } from '../../ui/confirm.tsx';
import { DataList, type Column } from '../../ui/data-list.tsx';
import { Facts } from '../../ui/facts.tsx';
import { PageSentence } from '../../ui/page-sentence.tsx';
import { PersonPicker } from '../../ui/person-picker.tsx';
import { RouteLink } from '../../ui/route-link.tsx';
import { say, sayProblem } from '../../ui/said.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { asSentence, EmptyState, Loaded, sentence } from '../../ui/state.tsx';
import { number } from '../../ui/time.ts';
import { Tone } from '../../ui/tone.tsx';
import { useFilters } from '../../ui/use-filters.ts';
import { When } from '../../ui/when.tsx';
import { useMay, May } from '../../ui/me.tsx';
import { words } from '../../words/index.ts';
import { rich } from '../../words/rich.tsx';
import { DriftList } from '../inventory/drift-list.tsx';
import { AccountsTable } from '../inventory/accounts-table.tsx';
import { Health } from './applications.tsx';
import { ConnectionSettings } from './connection-settings.tsx';
import { SignIn } from './sign-in.tsx';

export function ApplicationPage() {
  const { applicationId } = useParams({ strict: false }) as { applicationId: string };
  const query = useQuery(applicationQuery(applicationId));
  return <Loaded query={query}>{(application) => <Shown application={application} />}</Loaded>;
}

function sentenceOf(application: Application, connection: Connection | undefined): ReactNode {
  const w = words.applications.page;
  if (connection?.health === 'away') return rich(w.sentenceAway(application.name, connection.healthText ?? words.applications.health.away));
  if (!connection && application.accounts === 0) return rich(w.sentenceSignIn(application.name));
  return rich(w.sentence(application.name, application.accounts, application.tiedToNobody));
}

function Shown({ application }: { application: Application }) {
  const w = words.applications.page;
  const queries = useQueryClient();
  const [filters, change] = useFilters();
  const mayConnections = useMay('lifecycle.connection.read');
  const connections = useQuery({ ...connectionsQuery, enabled: mayConnections });
  const connection = connections.data?.items.find((one) => one.applicationId === application.id);
  const [asked, ask] = useState<{ is: 'mode'; mode: Connection['mode'] } | { is: 'brake' | 'accept' | 'change' } | { is: 'checked'; check: ConnectionCheck } | null>(null);
  const [isReading, setReading] = useState(false);
  const mayChange = useMay('lifecycle.connection.change');
  const tab = filters['tab'] || (connection ? 'overview' : 'signIn');
  const renew = (): Promise<void> => queries.invalidateQueries({ predicate: ({ queryKey }) => ['applications', 'connections', 'accounts', 'inventory'].includes(String(queryKey[0])) });

  return (
    <>
      <PageSentence
        title={application.name}
        trail={[{ title: words.applications.title, to: at.applications }]}
        sentence={sentenceOf(application, connection)}
        note={
          <>
            <Health connection={connection} /> {words.applications.kinds[application.kind]}
            {connection ? ` · ${words.applications.modes[connection.mode]}: ${words.applications.modeTexts[connection.mode]}` : ''}
          </>
        }
        actions={
          !mayChange ? null : connection ? (
            <>
              <Button
                variant="default"
                leftSection={<IconRefresh size={16} />}
                loading={isReading}
                onClick={() => {
                  setReading(true);
                  readNow(application.id)
                    .then(renew)
                    .then(() => say(w.reading(application.name)), sayProblem)
                    .finally(() => setReading(false));
                }}
              >
                {w.read}
              </Button>
              <Button variant="default" onClick={() => void checkConnection(application.id).then((check) => { ask({ is: 'checked', check }); return renew(); }, sayProblem)}>
                {w.check}
              </Button>
              <Menu>
                <Menu.Target>
                  <Button rightSection={<IconChevronDown size={16} />} {...(connection.mode === 'live' ? { variant: 'default' } : {})}>
                    {words.applications.modes[connection.mode]}
                  </Button>
                </Menu.Target>
                <Menu.Dropdown>
                  {(['live', 'preview', 'paused'] as const)
                    .filter((mode) => mode !== connection.mode)
                    .map((mode) => (
                      <Menu.Item key={mode} onClick={() => ask({ is: 'mode', mode })}>
                        {{ live: w.setLive, preview: w.setPreview, paused: w.pause }[mode]}
                      </Menu.Item>
                    ))}
                </Menu.Dropdown>
              </Menu>
            </>
          ) : connections.data && application.kind !== 'bailiwick' ? (
            <ButtonLink to={`${at.connect}?application=${application.id}`} variant="default">
              {words.applications.connect}
            </ButtonLink>
          ) : null
        }
      />
      <Stack gap="lg">
        {connection?.brake ? (
          <Sheet
            tone="danger"
            title={words.applications.brake.title}
            lead={words.applications.brake.text(connection.brake.heldSteps, connection.brake.removals, connection.brake.accounts)}
            actions={
              <Button color="red" size="compact-sm" onClick={() => ask({ is: 'brake' })}>
                {words.applications.brake.release}
              </Button>
            }
          >
            <RouteLink to={at.movementsOf({ state: 'waiting' })}>{words.applications.brake.see}</RouteLink>
          </Sheet>
        ) : null}
        {connection?.lastReading?.state === 'stopped' ? (
          <Sheet
            tone="attention"
            title={words.applications.stopped.title}
            actions={
              <Button size="compact-sm" onClick={() => ask({ is: 'accept' })}>
                {words.applications.stopped.accept}
              </Button>
            }
          >
            {sentence(connection.lastReading.problem ?? '')}
          </Sheet>
        ) : null}
        <Tabs value={tab} onChange={(next) => change({ tab: next ?? undefined })}>
          <Tabs.List mb="md">
            <Tabs.Tab value="overview">{w.tabs.overview}</Tabs.Tab>
            <Tabs.Tab value="accounts">{w.tabs.accounts}</Tabs.Tab>
            <Tabs.Tab value="entitlements">{w.tabs.entitlements}</Tabs.Tab>
            <Tabs.Tab value="signIn">{w.tabs.signIn}</Tabs.Tab>
            {connection && mayChange ? <Tabs.Tab value="settings">{w.tabs.settings}</Tabs.Tab> : null}
          </Tabs.List>
          <Tabs.Panel value="overview">
            <Stack gap="lg">
              <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg">
                {connection ? <HealthSheet connection={connection} /> : null}
                <Sheet
                  title={w.name}
                  actions={
                    <May permission="directory.application.change">
                      <Button size="compact-sm" variant="default" onClick={() => ask({ is: 'change' })}>
                        {w.change}
                      </Button>
                    </May>
                  }
                >
                  <Facts
                    facts={[
                      [w.kind, words.applications.kinds[application.kind]],
                      [w.description, application.description],
                      [w.url, application.url ? <code key="url">{application.url}</code> : null],
                      [w.owner, application.ownerId ? <RouteLink key="owner" to={at.person(application.ownerId)}>{application.ownerName}</RouteLink> : words.people.person.noManager],
                      [words.applications.columns.accounts, <RouteLink key="accounts" to={at.application(application.id, 'accounts')}>{number(application.accounts)}</RouteLink>],
                      [words.applications.columns.nobody, <RouteLink key="nobody" to={at.accounts({ application: application.id })}>{number(application.tiedToNobody)}</RouteLink>],
                      [words.applications.columns.entitlements, <RouteLink key="entitlements" to={at.application(application.id, 'entitlements')}>{number(application.entitlements)}</RouteLink>],
                    ]}
                  />
                </Sheet>
              </SimpleGrid>
              {connection ? (
                <Stack gap="xs">
                  <h2>{words.applications.drift.title}</h2>
                  <DriftList applicationId={application.id} />
                </Stack>
              ) : null}
            </Stack>
          </Tabs.Panel>
          <Tabs.Panel value="accounts">
            <AccountsOf applicationId={application.id} />
          </Tabs.Panel>
          <Tabs.Panel value="entitlements">
            <Entitlements applicationId={application.id} />
          </Tabs.Panel>
          <Tabs.Panel value="signIn">
            <SignIn application={application} />
          </Tabs.Panel>
          {connection && mayChange ? (
            <Tabs.Panel value="settings">
              <ConnectionSettings key={connection.applicationId} connection={connection} />
            </Tabs.Panel>
          ) : null}
        </Tabs>
      </Stack>
      {asked?.is === 'mode' && connection ? (
        <Confirm
          title={w.modeTitle(application.name, words.applications.modes[asked.mode])}
          effect={
            <Stack gap="sm">
              <p>{words.applications.modeTexts[asked.mode]}</p>
              {asked.mode === 'live' ? <p>{w.liveEffect(connection.waitingSteps)}</p> : null}
            </Stack>
          }
          action={{ live: w.setLive, preview: w.setPreview, paused: w.pause }[asked.mode]}
          onConfirm={() => changeConnection(application.id, { mode: asked.mode }).then(renew)}
          onClose={() => ask(null)}
        />
      ) : null}
      {asked?.is === 'brake' && connection?.brake ? <BrakeDialog connection={connection} brake={connection.brake} onClose={() => ask(null)} renew={renew} /> : null}
      {asked?.is === 'accept' ? <Confirm title={words.applications.stopped.accept} effect={words.applications.stopped.effect} action={words.applications.stopped.accept} onConfirm={() => acceptReading(application.id).then(renew)} onClose={() => ask(null)} /> : null}
      {asked?.is === 'change' ? <ChangeDialog application={application} onClose={() => ask(null)} renew={renew} /> : null}
      {asked?.is === 'checked' ? (
        <Modal opened onClose={() => ask(null)} title={w.check}>
          <CheckFacts check={asked.check} />
        </Modal>
      ) : null}
    </>
  );
}

export function CheckFacts({ check }: { check: ConnectionCheck }) {
  const w = words.applications;
  return (
    <Stack gap="sm">
      <div>
        <Tone tone={check.problem ? 'danger' : check.isReady ? 'good' : 'attention'}>{check.problem ? w.form.check.problem : check.isReady ? w.form.check.ready : w.form.check.notReady}</Tone>
      </div>
      {check.problem ? <p>{sentence(check.problem)}</p> : null}
      <Facts
        facts={[
          [w.page.identity, check.identity ? <code key="identity">{check.identity}</code> : null],
          [w.page.missing, check.missing.length > 0 ? check.missing.join(', ') : null],
          [w.page.warnings, check.warnings.length > 0 ? check.warnings.map(asSentence).join(' ') : null],
          [words.ui.proof.at, <When key="at" at={check.at} />],
        ]}
      />
    </Stack>
  );
}

function HealthSheet({ connection }: { connection: Connection }) {
  const w = words.applications.page;
  const reading = connection.lastReading;
  return (
    <Sheet title={w.health}>
      <Facts
        facts={[
          [w.health, <span key="health"><Health connection={connection} />{connection.healthText ? <span className="quiet-under">{sentence(connection.healthText)}</span> : null}</span>],
          [w.awayUntil, connection.awayUntil ? <When key="away" at={connection.awayUntil} /> : null],
          [w.identity, connection.check?.identity ? <code key="identity">{connection.check.identity}</code> : null],
          [w.missing, connection.check && connection.check.missing.length > 0 ? <Tone key="missing" tone="attention">{connection.check.missing.join(', ')}</Tone> : null],
          [w.warnings, connection.check && connection.check.warnings.length > 0 ? connection.check.warnings.map(asSentence).join(' ') : null],
          [
            w.lastRead,
            reading ? (
              <span key="reading">
                {w.readState[reading.state]} <When at={reading.finishedAt ?? reading.startedAt} />
                <span className="quiet-under">{reading.problem ? sentence(reading.problem) : w.readFound(reading.accounts, reading.entitlements, reading.holdings)}</span>
              </span>
            ) : (
              words.ui.never
            ),
          ],
          [w.waiting, number(connection.waitingSteps)],
          [w.connectedAt, <When key="connected" at={connection.connectedAt} />],
        ]}
      />
    </Sheet>
  );
}

function BrakeDialog({ connection, brake, onClose, renew }: { connection: Connection; brake: NonNullable<Connection['brake']>; onClose: () => void; renew: () => Promise<void> }) {
  const w = words.applications.brake;
  const [typed, setTyped] = useState('');
  return (
    <Confirm
      title={w.release}
      effect={
        <Stack gap="sm">
          <p>{w.effect(brake.removals)}</p>
          <TextInput label={w.type(brake.removals)} inputMode="numeric" value={typed} onChange={(event) => setTyped(event.currentTarget.value)} />
        </Stack>
      }
      action={w.release}
      isDangerous
      isReady={typed.trim() === String(brake.removals)}
      onConfirm={() => releaseBrake(connection.applicationId).then(renew)}
      onClose={onClose}
    />
  );
}

function ChangeDialog({ application, onClose, renew }: { application: Application; onClose: () => void; renew: () => Promise<void> }) {
  const w = words.applications.page;
  const [name, setName] = useState(application.name);
  const [description, setDescription] = useState(application.description ?? '');
  const [url, setUrl] = useState(application.url ?? '');
  const [ownerId, setOwnerId] = useState(application.ownerId);
  const [error, setError] = useState<Error | null>(null);
  return (
    <Modal opened onClose={onClose} title={w.change}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          changeApplication(application.id, { name: name.trim(), description: description.trim() || null, url: url.trim() || null, ownerId })
            .then(renew)
            .then(() => {
              say(w.changed(name));
              onClose();
            }, setError);
        }}
      >
        <Stack gap="sm">
          <TextInput label={w.name_} value={name} onChange={(event) => setName(event.currentTarget.value)} required />
          <Textarea label={w.description} value={description} onChange={(event) => setDescription(event.currentTarget.value)} />
          <TextInput label={w.url} type="url" value={url} onChange={(event) => setUrl(event.currentTarget.value)} />
          <PersonPicker label={w.owner} value={ownerId} name={application.ownerName} onChange={setOwnerId} />
          <Refused error={error} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {words.ui.cancel}
            </Button>
            <Button type="submit">{words.ui.save}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function AccountsOf({ applicationId }: { applicationId: string }) {
  const w = words.inventory;
  const [search, setSearch] = useState('');
  const [situation, setSituation] = useState('');
  const list = useInfiniteQuery(accountList({ applicationId, search, situation }));
  return (
    <Stack gap="sm">
      <Group gap="sm">
        <SearchField value={search} onChange={setSearch} label={w.search} />
        <NativeSelect aria-label={w.filterSituation} value={situation} onChange={(event) => setSituation(event.currentTarget.value)} data={[{ value: '', label: w.allSituations }, ...Object.entries(w.situations).map(([value, label]) => ({ value, label }))]} />
      </Group>
      <AccountsTable query={list} isOfApplication />
    </Stack>
  );
}

function Entitlements({ applicationId }: { applicationId: string }) {
  const w = words.applications.entitlements;
  const queries = useQueryClient();
  const [search, setSearch] = useState('');
  const list = useInfiniteQuery(entitlementList(applicationId, search));
  const set = (one: Entitlement, change: Parameters<typeof changeEntitlement>[1]): void => void changeEntitlement(one.id, change).then(() => queries.invalidateQueries({ queryKey: ['applications', 'entitlements', applicationId] }), sayProblem);
  const risk = (one: Entitlement): ReactNode => <NativeSelect size="xs" aria-label={`${w.columns.risk}: ${one.name}`} value={one.risk} onChange={(event) => set(one, { risk: event.currentTarget.value as Entitlement['risk'] })} data={Object.entries(w.risk).map(([value, label]) => ({ value, label }))} />;
  const columns: Column<Entitlement>[] = [
    { key: 'name', title: w.columns.name, width: '3fr', render: (one) => one.name },
    { key: 'purpose', title: w.columns.purpose, width: '2fr', render: (one) => <span className="quiet">{one.purpose}</span> },
    { key: 'risk', title: w.columns.risk, width: '130px', render: risk },
    { key: 'grantable', title: w.columns.grantable, width: '110px', render: (one) => <Switch aria-label={`${w.columns.grantable}: ${one.name}`} checked={one.isGrantable} onChange={(event) => set(one, { isGrantable: event.currentTarget.checked })} /> },
    { key: 'holders', title: w.columns.holders, width: '90px', isNumber: true, render: (one) => number(one.holders) },
    { key: 'seen', title: w.columns.seen, width: '140px', render: (one) => <When at={one.lastSeenAt} /> },
  ];
  return (
    <Stack gap="sm">
      <SearchField value={search} onChange={setSearch} label={w.search} />
      <DataList
        name={words.applications.page.tabs.entitlements}
        query={list}
        columns={columns}
        keyOf={(one) => one.id}
        card={(one) => (
          <>
            <Group justify="space-between" wrap="nowrap">
              <strong>{one.name}</strong>
              {risk(one)}
            </Group>
            <span className="small quiet">
              {one.purpose} · {number(one.holders)} {w.columns.holders}
            </span>
          </>
        )}
        empty={
          <EmptyState icon={IconShieldCheck} title={w.empty}>
            {w.emptyText}
          </EmptyState>
        }
      />
    </Stack>
  );
}

