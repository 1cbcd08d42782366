import { Button, NativeSelect, Stack, Textarea } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { consoleRolesQuery, giveConsoleRole, takeConsoleRole, type ConsoleRole, type ConsoleRoleName } from '../../api/authorization.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { Person } from '../../ui/person.tsx';
import { PersonPicker } from '../../ui/person-picker.tsx';
import { say } from '../../ui/said.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { ShortTable } from '../../ui/short-table.tsx';
import { Loaded } from '../../ui/state.tsx';
import { When } from '../../ui/when.tsx';
import { words } from '../../words/index.ts';

export function Administrators() {
  const w = words.settings.administrators;
  const queries = useQueryClient();
  const query = useQuery(consoleRolesQuery);
  const [asked, ask] = useState<{ is: 'give' } | { is: 'take'; one: ConsoleRole } | null>(null);
  const [person, setPerson] = useState<{ id: string; name: string } | null>(null);
  const [role, setRole] = useState<ConsoleRoleName>('auditor');
  const [reason, setReason] = useState('');
  const renew = (): Promise<void> => queries.invalidateQueries({ queryKey: ['settings', 'console-roles'] });
  return (
    <Sheet
      title={words.settings.parts.administrators}
      lead={w.lead}
      actions={
        <Button size="compact-sm" onClick={() => ask({ is: 'give' })}>
          {w.give}
        </Button>
      }
    >
      <Loaded query={query} rows={3}>
        {({ items }) => (
          <ShortTable
            name={words.settings.parts.administrators}
            rows={items}
            keyOf={(one) => one.personId + one.role}
            columns={[
              { title: w.person, render: (one) => <Person.Line id={one.personId} name={one.personName} under={one.username} isGone={one.status === 'left'} /> },
              { title: w.role, render: (one) => w.roles[one.role] },
              { title: w.since, render: (one) => <When at={one.since} /> },
              { title: w.by, render: (one) => one.givenByName },
            ]}
            action={{
              title: w.take,
              render: (one) => (
                <Button size="compact-sm" variant="default" onClick={() => ask({ is: 'take', one })} aria-label={`${w.take}: ${one.personName}, ${w.roles[one.role]}`}>
                  {w.take}
                </Button>
              ),
            }}
          />
        )}
      </Loaded>
      {asked?.is === 'give' ? (
        <Confirm
          title={w.give}
          effect={
            <Stack gap="sm">
              <PersonPicker label={w.person} value={person?.id ?? null} onChange={(id, name) => setPerson(id ? { id, name: name ?? '' } : null)} isRequired />
              <NativeSelect label={w.role} value={role} onChange={(event) => setRole(event.currentTarget.value as ConsoleRoleName)} data={(Object.keys(w.roles) as ConsoleRoleName[]).map((value) => ({ value, label: w.roles[value] }))} />
              <Textarea label={w.reason} value={reason} onChange={(event) => setReason(event.currentTarget.value)} required />
              <p className="quiet">{w.giveEffect}</p>
            </Stack>
          }
          action={w.give}
          isReady={person !== null && reason.trim() !== ''}
          onConfirm={async () => {
            await giveConsoleRole({ personId: person!.id, role, reason: reason.trim() });
            await renew();
            say(w.given(person!.name, w.roles[role]));
            setReason('');
          }}
          onClose={() => ask(null)}
        />
      ) : null}
      {asked?.is === 'take' ? (
        <Confirm
          title={w.take}
          effect={w.takeEffect(asked.one.personName, w.roles[asked.one.role])}
          action={w.take}
          isDangerous
          onConfirm={async () => {
            await takeConsoleRole(asked.one.personId, asked.one.role);
            await renew();
            say(w.taken(asked.one.personName, w.roles[asked.one.role]));
          }}
          onClose={() => ask(null)}
        />
      ) : null}
    </Sheet>
  );
}
