import { Button, Group, NativeSelect, Stack, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { api, type Slice } from '../../api/client.ts';
import { attributesQuery, type PersonCard } from '../../api/directory.ts';
import { startDrill } from '../../api/recovery.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { useNow } from '../../ui/now.ts';
import { PersonPicker } from '../../ui/person-picker.tsx';
import { say, sayProblem } from '../../ui/said.tsx';
import { words } from '../../words/index.ts';

const mostShown = 8;
const dayAfter = (now: number, days: number): string => new Date(now + days * 86_400_000).toISOString().slice(0, 10);

/** Every active person of a department, read page by page. */
async function peopleOf(department: string): Promise<readonly PersonCard[]> {
  const all: PersonCard[] = [];
  for (let cursor: string | null = null; ; ) {
    const slice: Slice<PersonCard> = await api.get<Slice<PersonCard>>('/people', { query: { department, status: 'active', limit: 200, cursor } });
    all.push(...slice.items);
    if (slice.next === null) return all;
    cursor = slice.next;
  }
}

export function StartDrill({ onClose }: { onClose: () => void }) {
  const w = words.recovery.drills;
  const queries = useQueryClient();
  const attributes = useQuery(attributesQuery);
  const [name, setName] = useState('');
  const now = useNow(60_000);
  const [endsOn, setEndsOn] = useState(() => dayAfter(now, 14));
  const [chosen, setChosen] = useState<ReadonlyMap<string, string>>(new Map());
  const [picks, setPicks] = useState(0);
  const add = (people: readonly (readonly [string, string])[]): void => setChosen((before) => new Map([...before, ...people]));
  const drop = (id: string): void => setChosen((before) => new Map([...before].filter(([one]) => one !== id)));
  return (
    <Confirm
      title={w.start}
      size="lg"
      action={w.start}
      isReady={name.trim() !== '' && chosen.size > 0 && endsOn !== ''}
      effect={
        <Stack gap="md">
          <p>{w.startText}</p>
          <Group grow align="flex-start">
            <TextInput label={w.name} placeholder={w.nameExample} value={name} onChange={(event) => setName(event.currentTarget.value)} maxLength={80} required />
            <TextInput label={w.ends} type="date" value={endsOn} min={dayAfter(now, 1)} max={dayAfter(now, 89)} onChange={(event) => setEndsOn(event.currentTarget.value)} required />
          </Group>
          <Group grow align="flex-start">
            {/* Anew after each pick, so that the next name can be typed at once. */}
            <PersonPicker
              key={picks}
              label={w.addPerson}
              value={null}
              onChange={(id, shown) => {
                if (!id) return;
                add([[id, shown ?? id]]);
                setPicks((before) => before + 1);
              }}
            />
            <NativeSelect
              label={w.department}
              value=""
              onChange={(event) => {
                const department = event.currentTarget.value;
                if (department) void peopleOf(department).then((people) => add(people.map((one) => [one.id, one.displayName] as const)), sayProblem);
              }}
              data={[{ value: '', label: w.chooseDepartment }, ...(attributes.data?.department ?? []).map((value) => ({ value, label: value }))]}
            />
          </Group>
          <div aria-live="polite">
            <p className="quiet">{w.chosen(chosen.size)}</p>
            <Group gap="xs">
              {[...chosen].slice(0, mostShown).map(([id, shown]) => (
                <Button key={id} size="compact-sm" variant="default" rightSection={<IconX size={14} />} aria-label={w.drop(shown)} onClick={() => drop(id)}>
                  {shown}
                </Button>
              ))}
              {chosen.size > mostShown ? <span className="quiet">{w.andMore(chosen.size - mostShown)}</span> : null}
              {chosen.size > 0 ? (
                <Button size="compact-sm" variant="subtle" onClick={() => setChosen(new Map())}>
                  {w.clear}
                </Button>
              ) : null}
            </Group>
          </div>
        </Stack>
      }
      onConfirm={async () => {
        // Through the whole of the last day.
        await startDrill({ name: name.trim(), personIds: [...chosen.keys()], endsAt: `${endsOn}T23:59:59Z` });
        await queries.invalidateQueries({ queryKey: ['recovery', 'drills'] });
        say(w.started(chosen.size));
      }}
      onClose={onClose}
    />
  );
}
