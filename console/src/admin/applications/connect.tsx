import { Anchor, Button, Group, NativeSelect, Stack, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { applicationQuery } from '../../api/directory.ts';
import { connect, connectorKindsQuery, readNow, type ConnectorKind } from '../../api/lifecycle.ts';
import { AppIcon } from '../../ui/app-icon.tsx';
import { at } from '../../ui/at.ts';
import { Refused } from '../../ui/confirm.tsx';
import { PageSentence } from '../../ui/page-sentence.tsx';
import { RouteLink } from '../../ui/route-link.tsx';
import { say } from '../../ui/said.tsx';
import { defaultsOf, isComplete, SchemaForm, SecretFields, type Values } from '../../ui/schema-form.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { Loaded } from '../../ui/state.tsx';
import { useFilters, useGo } from '../../ui/use-filters.ts';
import { words } from '../../words/index.ts';
import css from './tile.module.css';

export function ConnectPage() {
  const w = words.applications;
  const [filters] = useFilters();
  const kinds = useQuery(connectorKindsQuery);
  const chosen = kinds.data?.items.find((kind) => kind.kind === filters['kind']);
  return (
    <>
      <PageSentence title={w.connect} trail={[{ title: w.title, to: at.applications }]} sentence={chosen ? w.form.sentenceOf(chosen.title) : w.form.sentence} note={chosen?.description ?? w.note} />
      <Loaded query={kinds}>
        {({ items }) =>
          chosen ? (
            <ConnectForm key={chosen.kind} kind={chosen} applicationId={filters['application'] ?? null} />
          ) : (
            <ul className={css.tiles} aria-label={w.form.choose}>
              {items.map((kind) => (
                <li key={kind.kind}>
                  <RouteLink to={`${at.connect}?kind=${kind.kind}${filters['application'] ? `&application=${filters['application']}` : ''}`} className={css.tile ?? ''}>
                    <span className={css.head}>
                      <AppIcon kind={kind.kind} name={kind.title} />
                      <span className={css.name}>{kind.title}</span>
                    </span>
                    <span className="quiet">{kind.description}</span>
                  </RouteLink>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </>
  );
}

function ConnectForm({ kind, applicationId }: { kind: ConnectorKind; applicationId: string | null }) {
  const w = words.applications.form;
  const go = useGo();
  const queries = useQueryClient();
  const existing = useQuery({ ...applicationQuery(applicationId ?? ''), enabled: applicationId !== null });
  const [name, setName] = useState('');
  const [values, setValues] = useState<Values>(() => defaultsOf(kind));
  const [secrets, setSecrets] = useState<Readonly<Record<string, string>>>({});
  const [loginFrom, setLoginFrom] = useState(kind.loginFrom);
  const [error, setError] = useState<Error | null>(null);
  const [isBusy, setBusy] = useState(false);
  const isReady = (applicationId !== null || name.trim() !== '') && isComplete(kind, values) && kind.secrets.every((secret) => secret.isOptional || secrets[secret.name]);

  const send = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      const made = await connect({ ...(applicationId ? { applicationId } : { name: name.trim() }), kind: kind.kind, settings: values, secrets: Object.fromEntries(Object.entries(secrets).filter(([, value]) => value !== '')), loginFrom });
      // What it shows is read at once; when that cannot begin, the application's page says why.
      await readNow(made.applicationId).catch(() => undefined);
      await queries.invalidateQueries({ predicate: ({ queryKey }) => ['applications', 'connections', 'inventory'].includes(String(queryKey[0])) });
      say(w.connected(made.name));
      go(at.application(made.applicationId));
    } catch (caught) {
      setError(caught as Error);
      setBusy(false);
    }
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <Stack gap="lg" maw={640}>
        <Sheet>
          <Stack gap="sm">
            {applicationId ? <strong>{existing.data?.name}</strong> : <TextInput label={w.name} description={w.nameText} value={name} onChange={(event) => setName(event.currentTarget.value)} required maxLength={200} autoFocus />}
            <SchemaForm kind={kind} values={values} onChange={setValues} />
            <NativeSelect label={w.loginFrom} value={loginFrom} onChange={(event) => setLoginFrom(event.currentTarget.value as typeof loginFrom)} data={Object.entries(w.loginFroms).map(([value, label]) => ({ value, label }))} />
          </Stack>
        </Sheet>
        {kind.secrets.length > 0 ? (
          <Sheet title={w.secrets} lead={w.secretsText}>
            <SecretFields kind={kind} set={[]} values={secrets} onChange={setSecrets} />
          </Sheet>
        ) : null}
        <Refused error={error} />
        <Group justify="space-between">
          <Anchor component={RouteLink} to={at.connect}>
            {w.back}
          </Anchor>
          <Button type="submit" loading={isBusy} disabled={!isReady}>
            {w.connect}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
