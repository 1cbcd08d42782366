import { Button, NativeSelect, Stack, Table, Textarea } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { consoleRolesQuery, giveConsoleRole, takeConsoleRole, type ConsoleRole, type ConsoleRoleName } from '../../api/authorization.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { Person } from '../../ui/person.tsx';
import { PersonPicker } from '../../ui/person-picker.tsx';
import { say } from '../../ui/said.tsx';
import { Sheet } from '../../ui/sheet.tsx';
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
      title={words.settings.tabs.administrators}
      lead={w.lead}
      actions={
        <Button size="compact-sm" onClick={() => ask({ is: 'give' })}>
          {w.give}
        </Button>
      }
    >
      <Loaded query={query} rows={3}>
        {({ items }) => (
          <Table.ScrollContainer minWidth={560}>
            <Table verticalSpacing={8}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{w.person}</Table.Th>
                  <Table.Th>{w.role}</Table.Th>
                  <Table.Th>{w.since}</Table.Th>
                  <Table.Th>{w.by}</Table.Th>
                  <Table.Th>
                    <span className="visually-hidden">{w.take}</span>
                  </Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {items.map((one) => (
                  <Table.Tr key={one.personId + one.role}>
                    <Table.Td>
                      <Person.Line id={one.personId} name={one.personName} under={one.username} isGone={one.status === 'left'} />
                    </Table.Td>
                    <Table.Td>{w.roles[one.role]}</Table.Td>
                    <Table.Td>
                      <When at={one.since} />
                    </Table.Td>
                    <Table.Td>{one.givenByName}</Table.Td>
                    <Table.Td ta="right">
                      <Button size="compact-xs" variant="subtle" color="gray" onClick={() => ask({ is: 'take', one })} aria-label={`${w.take}: ${one.personName}, ${w.roles[one.role]}`}>
                        {w.take}
                      </Button>
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
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
