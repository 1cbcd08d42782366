import { Autocomplete, Button, Group, Modal, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { addPerson, attributesQuery, changePerson, type ChangePerson, type Person } from '../../api/directory.ts';
import { at } from '../../ui/at.ts';
import { Refused } from '../../ui/confirm.tsx';
import { PersonPicker } from '../../ui/person-picker.tsx';
import { say } from '../../ui/said.tsx';
import { useGo } from '../../ui/use-filters.ts';
import { words } from '../../words/index.ts';

type TextField = 'givenName' | 'familyName' | 'displayName' | 'username' | 'workEmail' | 'privateEmail' | 'employeeNumber' | 'title' | 'department' | 'division' | 'location' | 'employmentType' | 'startDate' | 'endDate';
type Draft = Record<TextField, string> & { managerId: string | null };

const fields: readonly TextField[] = ['givenName', 'familyName', 'displayName', 'username', 'workEmail', 'privateEmail', 'employeeNumber', 'title', 'department', 'division', 'location', 'employmentType', 'startDate', 'endDate'];
const required: readonly TextField[] = ['givenName', 'familyName'];

const draftOf = (person: Person | null): Draft => ({ ...(Object.fromEntries(fields.map((field) => [field, person?.[field] ?? ''])) as Record<TextField, string>), managerId: person?.managerId ?? null });

export function AddPersonDialog({ onClose }: { onClose: () => void }) {
  const w = words.people.form;
  const go = useGo();
  return (
    <PersonDialog
      title={w.addTitle}
      text={w.addText}
      action={w.addAction}
      person={null}
      onClose={onClose}
      save={async (draft) => {
        const { givenName, familyName, ...rest } = changes(draftOf(null), draft);
        const made = await addPerson({ givenName: givenName ?? '', familyName: familyName ?? '', ...rest });
        say(w.added(made.displayName));
        go(at.person(made.id));
      }}
    />
  );
}

export function ChangePersonDialog({ person, onClose }: { person: Person; onClose: () => void }) {
  const w = words.people.form;
  return (
    <PersonDialog
      title={w.changeTitle(person.displayName)}
      text={w.changeText}
      action={w.changeAction}
      person={person}
      onClose={onClose}
      save={async (draft) => {
        await changePerson(person.id, changes(draftOf(person), draft));
        say(w.changed(person.displayName));
      }}
    />
  );
}

/** Only what differs is sent; an emptied field becomes null. */
function changes(before: Draft, after: Draft): ChangePerson {
  const given = fields.filter((field) => before[field] !== after[field].trim()).map((field) => [field, after[field].trim() || null]);
  return { ...(Object.fromEntries(given) as ChangePerson), ...(before.managerId === after.managerId ? {} : { managerId: after.managerId }) };
}

function PersonDialog({ title, text, action, person, save, onClose }: { title: string; text: string; action: string; person: Person | null; save: (draft: Draft) => Promise<void>; onClose: () => void }) {
  const w = words.people;
  const queries = useQueryClient();
  const attributes = useQuery(attributesQuery);
  const [draft, setDraft] = useState(() => draftOf(person));
  const [error, setError] = useState<Error | null>(null);
  const [isBusy, setBusy] = useState(false);
  const known: Partial<Record<TextField, readonly string[]>> = attributes.data ?? {};
  return (
    <Modal opened onClose={onClose} title={title} size="lg">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          setBusy(true);
          setError(null);
          save(draft)
            .then(() => queries.invalidateQueries())
            .then(onClose, (caught: Error) => {
              setError(caught);
              setBusy(false);
            });
        }}
      >
        <Stack gap="md">
          <p>{text}</p>
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
            {fields
              .filter((field) => person !== null || field !== 'displayName')
              .map((field) => {
                const properties = { key: field, label: w.fields[field], value: draft[field], required: required.includes(field), autoComplete: 'off' };
                const set = (value: string): void => setDraft({ ...draft, [field]: value });
                const choices = known[field];
                const { key, ...rest } = properties;
                return choices ? (
                  <Autocomplete key={key} {...rest} size="sm" data={[...choices]} limit={20} onChange={set} />
                ) : (
                  <TextInput key={key} {...rest} type={field.endsWith('Date') ? 'date' : field.endsWith('Email') ? 'email' : 'text'} onChange={(event) => set(event.currentTarget.value)} {...(field === 'username' && !person ? { placeholder: w.form.usernameText } : {})} />
                );
              })}
            <PersonPicker label={w.fields.managerId} value={draft.managerId} name={person?.managerName ?? null} onChange={(managerId) => setDraft({ ...draft, managerId })} />
          </SimpleGrid>
          <Refused error={error} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {words.ui.cancel}
            </Button>
            <Button type="submit" loading={isBusy}>
              {action}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
