import { Alert, Button, FileButton, Group, SegmentedControl, Stack } from '@mantine/core';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { IconKey } from '@tabler/icons-react';
import { useState } from 'react';
import { addPasskeyModel, importPasskeyMetadata, listPasskeyModel, passkeyMetadataQuery, passkeyModelList, removePasskeyModel, unlistPasskeyModel, type ModelsOnly, type PasskeyMetadata, type PasskeyMetadataImported, type PasskeyModel } from '../../api/passkeys.ts';
import { Confirm, Refused } from '../../ui/confirm.tsx';
import { DataList, type Column } from '../../ui/data-list.tsx';
import { Facts } from '../../ui/facts.tsx';
import { May, useMay } from '../../ui/me.tsx';
import { say } from '../../ui/said.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { EmptyState, Loaded } from '../../ui/state.tsx';
import { number } from '../../ui/time.ts';
import { Tone } from '../../ui/tone.tsx';
import { useFilters } from '../../ui/use-filters.ts';
import { When } from '../../ui/when.tsx';
import { words } from '../../words/index.ts';
import css from './security-keys.module.css';

const most = 48 * 1_048_576;
type Asked = { is: 'list' | 'unlist' | 'remove'; model: PasskeyModel };

/** Which models of security keys there are, and which of them reach level 3. */
export function SecurityKeys() {
  const query = useQuery(passkeyMetadataQuery);
  return (
    <Stack gap="lg">
      <Loaded query={query} rows={4}>
        {(metadata) => (
          <>
            <Metadata metadata={metadata} />
            <Models hasAny={metadata.models > 0} />
          </>
        )}
      </Loaded>
    </Stack>
  );
}

function Metadata({ metadata }: { metadata: PasskeyMetadata }) {
  const w = words.passkeys.settings;
  const queries = useQueryClient();
  const [error, setError] = useState<Error | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [done, setDone] = useState<PasskeyMetadataImported | null>(null);
  const run = async (work: () => Promise<void>): Promise<void> => {
    setError(null);
    setDone(null);
    setBusy(true);
    await work().then(() => queries.invalidateQueries({ queryKey: ['settings', 'passkeys'] }), setError);
    setBusy(false);
  };
  const take = (file: File | null): void => {
    if (!file) return;
    void run(async () => {
      if (file.size > most) throw new Error(w.tooLarge);
      setDone(await importPasskeyMetadata(file));
    });
  };
  const add = (file: File | null): void => {
    if (!file) return;
    void run(async () => {
      let statement: unknown;
      try {
        statement = JSON.parse(await file.text());
      } catch (cause) {
        throw new Error(w.notJson, { cause });
      }
      say(w.addDone((await addPasskeyModel(statement)).name));
    });
  };
  const { file } = metadata;
  return (
    <Sheet
      title={metadata.models === 0 ? w.none : w.sentence(metadata.listed, metadata.ready)}
      lead={w.lead}
      {...(file?.isOverdue ? { tone: 'attention' as const } : {})}
      actions={
        <Group gap="xs">
          <May permission="authentication.passkey-model.add">
            <FileButton onChange={add} accept=".json,application/json">
              {(properties) => (
                <Button {...properties} size="compact-sm" variant="default" title={w.addText}>
                  {w.add}
                </Button>
              )}
            </FileButton>
          </May>
          <May permission="authentication.passkey-metadata.import">
            <FileButton onChange={take} accept=".jwt,.txt,application/jwt,application/jose,text/plain,application/octet-stream">
              {(properties) => (
                <Button {...properties} size="compact-sm" loading={isBusy}>
                  {w.import}
                </Button>
              )}
            </FileButton>
          </May>
        </Group>
      }
    >
      <Stack gap="sm">
        <Facts
          isStrip
          facts={[
            [w.file, file ? w.fileText(file.serial, file.entries) : w.fileNone],
            [
              w.imported,
              file ? (
                <span key="imported">
                  <When at={file.importedAt} /> · {file.importedByName}
                </span>
              ) : null,
            ],
            [w.next, file ? file.isOverdue ? <Tone key="next" tone="attention">{w.overdue}</Tone> : file.nextUpdate : null],
            [w.statements, metadata.statements > 0 ? number(metadata.statements) : null],
            [w.problems, metadata.problems > 0 ? number(metadata.problems) : null],
            [w.passkeys, w.passkeysText(metadata.passkeys, metadata.attested)],
          ]}
        />
        {!file || file.isOverdue ? <p className="quiet">{w.importText}</p> : null}
        {done ? (
          <Alert color={done.takenOff.length > 0 ? 'yellow' : 'green'} variant="light" role="status">
            {w.done(done.serial, done.added, done.changed)} {done.takenOff.length > 0 ? w.takenOff(done.takenOff.join(', '), done.endedSessions) : ''}
          </Alert>
        ) : null}
        <Refused error={error} />
      </Stack>
    </Sheet>
  );
}

function Standing({ model }: { model: PasskeyModel }) {
  const w = words.passkeys.settings;
  if (model.isListed) return <Tone tone="good">{w.listed}</Tone>;
  if (model.problem) return <Tone tone="danger">{model.problem}</Tone>;
  if (model.unfit) return <Tone tone="neutral">{w.unfit[model.unfit]}</Tone>;
  return <span className="quiet">{w.fit}</span>;
}

function Models({ hasAny }: { hasAny: boolean }) {
  const w = words.passkeys.settings;
  const queries = useQueryClient();
  const [filters, change] = useFilters();
  const [asked, ask] = useState<Asked | null>(null);
  const only = (['listed', 'fit', 'held', 'problem'] as const).find((one): one is ModelsOnly => one === filters['only']);
  const list = useInfiniteQuery(passkeyModelList(filters['search'], only));
  const may = { list: useMay('authentication.passkey-model.list'), unlist: useMay('authentication.passkey-model.unlist'), remove: useMay('authentication.passkey-model.remove') };
  const renew = (): Promise<void> => queries.invalidateQueries({ queryKey: ['settings', 'passkeys'] });
  const action = (model: PasskeyModel) => {
    const button = (is: Asked['is'], text: string) => (
      <Button size="compact-xs" variant={is === 'list' ? 'default' : 'subtle'} {...(is === 'list' ? {} : { color: 'gray' })} onClick={() => ask({ is, model })} aria-label={`${text}: ${model.name}`}>
        {text}
      </Button>
    );
    return (
      <Group gap={4} wrap="nowrap">
        {model.isListed ? (may.unlist ? button('unlist', w.unlist) : null) : model.unfit === null && may.list ? button('list', w.list) : null}
        {model.source === 'statement' && may.remove ? button('remove', w.remove) : null}
      </Group>
    );
  };
  const named = (model: PasskeyModel) => (
    <span className={css.model}>
      {model.icon ? <img src={model.icon} alt="" /> : <IconKey size={20} stroke={1.4} aria-hidden="true" />}
      <span>
        {model.name}
        <span className="quiet-under">{[model.source === 'statement' ? w.byHand : '', model.aaguid ?? 'U2F'].filter(Boolean).join(' · ')}</span>
      </span>
    </span>
  );
  const columns: Column<PasskeyModel>[] = [
    { key: 'model', title: w.columns.model, width: '3fr', render: named },
    { key: 'standing', title: w.columns.standing, width: '220px', render: (model) => <Standing model={model} /> },
    { key: 'keys', title: w.columns.keys, width: '70px', isNumber: true, render: (model) => number(model.passkeys) },
    { key: 'action', title: w.columns.action, width: '200px', render: action },
  ];
  return (
    <Stack gap="sm">
      {hasAny ? (
        <div className={css.bar}>
          <SearchField label={w.search} value={filters['search'] ?? ''} onChange={(search) => change({ search })} />
          <div className={css.scroll}>
            <SegmentedControl size="xs" value={only ?? 'all'} onChange={(value) => change({ only: value === 'all' ? undefined : value })} data={Object.entries(w.only).map(([value, label]) => ({ value, label }))} />
          </div>
        </div>
      ) : null}
      <DataList
        name={w.title}
        query={list}
        columns={columns}
        keyOf={(model) => model.id}
        rowHeight={56}
        card={(model) => (
          <Stack gap={6}>
            {named(model)}
            <Group justify="space-between">
              <Standing model={model} />
              {action(model)}
            </Group>
          </Stack>
        )}
        empty={
          <EmptyState icon={IconKey} title={w.empty}>
            {hasAny ? w.emptySearch : w.emptyText}
          </EmptyState>
        }
      />
      {asked?.is === 'list' ? (
        <Confirm
          title={w.listTitle(asked.model.name)}
          effect={w.listEffect(asked.model.passkeys)}
          action={w.list}
          onConfirm={async () => {
            await listPasskeyModel(asked.model.id);
            await renew();
            say(w.listDone(asked.model.name));
          }}
          onClose={() => ask(null)}
        />
      ) : null}
      {asked?.is === 'unlist' ? (
        <Confirm
          title={w.unlistTitle(asked.model.name)}
          effect={w.unlistEffect(asked.model.passkeys, asked.model.sessions)}
          action={w.unlist}
          isDangerous
          onConfirm={async () => {
            const { endedSessions } = await unlistPasskeyModel(asked.model.id);
            await renew();
            say(w.unlistDone(asked.model.name, endedSessions));
          }}
          onClose={() => ask(null)}
        />
      ) : null}
      {asked?.is === 'remove' ? (
        <Confirm
          title={w.removeTitle(asked.model.name)}
          effect={w.removeEffect(asked.model.passkeys, asked.model.sessions)}
          action={w.remove}
          isDangerous
          onConfirm={async () => {
            await removePasskeyModel(asked.model.id);
            await renew();
            say(w.removeDone(asked.model.name));
          }}
          onClose={() => ask(null)}
        />
      ) : null}
    </Stack>
  );
}
