import { Button, FileButton, Group, NativeSelect, Stack } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { changeConnection, connectorKindsQuery, disconnect, uploadManualList, type Connection } from '../../api/lifecycle.ts';
import { at } from '../../ui/at.ts';
import { Confirm, Refused } from '../../ui/confirm.tsx';
import { say, sayProblem } from '../../ui/said.tsx';
import { SchemaForm, SecretFields } from '../../ui/schema-form.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { Loaded } from '../../ui/state.tsx';
import { useGo } from '../../ui/use-filters.ts';
import { words } from '../../words/index.ts';

export function ConnectionSettings({ connection }: { connection: Connection }) {
  const w = words.applications.form;
  const go = useGo();
  const queries = useQueryClient();
  const kinds = useQuery(connectorKindsQuery);
  const [values, setValues] = useState(connection.settings);
  const [secrets, setSecrets] = useState<Readonly<Record<string, string>>>({});
  const [loginFrom, setLoginFrom] = useState(connection.loginFrom);
  const [error, setError] = useState<Error | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [isLeaving, setLeaving] = useState(false);
  const renew = (): Promise<void> => queries.invalidateQueries({ predicate: ({ queryKey }) => ['applications', 'connections', 'accounts', 'inventory'].includes(String(queryKey[0])) });

  const save = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      const replaced = Object.fromEntries(Object.entries(secrets).filter(([, value]) => value !== ''));
      await changeConnection(connection.applicationId, { settings: { ...values }, loginFrom, ...(Object.keys(replaced).length > 0 ? { secrets: replaced } : {}) });
      setSecrets({});
      await renew();
      say(w.saved(connection.name));
    } catch (caught) {
      setError(caught as Error);
    }
    setBusy(false);
  };
  return (
    <Loaded query={kinds}>
      {({ items }) => {
        const kind = items.find((one) => one.kind === connection.kind);
        if (!kind) return null;
        return (
          <Stack gap="lg" maw={640}>
            {connection.isByHand ? (
              <Sheet title={words.applications.manual.title} lead={words.applications.manual.lead}>
                <FileButton
                  accept=".csv,text/csv,text/plain"
                  onChange={(file) => {
                    if (file)
                      uploadManualList(connection.applicationId, file).then(({ accounts }) => {
                        say(words.applications.manual.done(accounts));
                        return renew();
                      }, sayProblem);
                  }}
                >
                  {(properties) => <Button {...properties}>{words.applications.manual.upload}</Button>}
                </FileButton>
              </Sheet>
            ) : null}
            <form
              onSubmit={(event) => {
                event.preventDefault();
                void save();
              }}
            >
              <Stack gap="lg">
                <Sheet title={kind.title} lead={kind.description}>
                  <Stack gap="sm">
                    <SchemaForm kind={kind} values={values} onChange={setValues} />
                    <NativeSelect label={w.loginFrom} value={loginFrom} onChange={(event) => setLoginFrom(event.currentTarget.value as typeof loginFrom)} data={Object.entries(w.loginFroms).map(([value, label]) => ({ value, label }))} />
                  </Stack>
                </Sheet>
                {kind.secrets.length > 0 ? (
                  <Sheet title={w.secrets} lead={w.secretsText}>
                    <SecretFields kind={kind} set={connection.secretsSet} values={secrets} onChange={setSecrets} />
                  </Sheet>
                ) : null}
                <Refused error={error} />
                <Group justify="space-between">
                  <Button variant="subtle" color="red" onClick={() => setLeaving(true)}>
                    {w.disconnect}
                  </Button>
                  <Button type="submit" loading={isBusy}>
                    {w.save}
                  </Button>
                </Group>
              </Stack>
            </form>
            {isLeaving ? (
              <Confirm
                title={w.disconnectTitle(connection.name)}
                effect={w.disconnectEffect}
                action={w.disconnect}
                isDangerous
                onConfirm={async () => {
                  await disconnect(connection.applicationId);
                  await renew();
                  say(w.disconnected(connection.name));
                  go(at.applications);
                }}
                onClose={() => setLeaving(false)}
              />
            ) : null}
          </Stack>
        );
      }}
    </Loaded>
  );
}
