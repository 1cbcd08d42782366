import { Button, Group, Stack, Textarea, TextInput } from '@mantine/core';
import { IconMapPin } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { addPlace, changePlace, placesQuery, removePlace, type Place } from '../../api/sessions.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { useMay } from '../../ui/me.tsx';
import { say } from '../../ui/said.tsx';
import css from '../../ui/session-list.module.css';
import { Sheet } from '../../ui/sheet.tsx';
import { Loaded } from '../../ui/state.tsx';
import { words } from '../../words/index.ts';

export function Places() {
  const w = words.sessions.places;
  const queries = useQueryClient();
  const query = useQuery(placesQuery);
  const mayChange = useMay('authentication.place.change');
  const [asked, ask] = useState<{ is: 'add' } | { is: 'change' | 'remove'; place: Place } | null>(null);
  const close = (): void => ask(null);
  const renew = (): Promise<void> => queries.invalidateQueries({ queryKey: placesQuery.queryKey });
  return (
    <Sheet
      title={w.title}
      lead={w.lead}
      actions={
        mayChange ? (
          <Button size="compact-sm" variant="default" onClick={() => ask({ is: 'add' })}>
            {w.add}
          </Button>
        ) : null
      }
    >
      <Loaded query={query} rows={2}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="quiet">{w.none}</p>
          ) : (
            <ul className={css.list}>
              {items.map((place) => (
                <li className={css.item} key={place.id}>
                  <IconMapPin size={24} stroke={1.4} aria-hidden="true" />
                  <div>
                    <span className={css.name}>{place.name}</span>
                    <code className={css.under}>{place.networks.join(', ')}</code>
                  </div>
                  {mayChange ? (
                    <Group gap={4} justify="flex-end">
                      <Button size="compact-sm" variant="default" onClick={() => ask({ is: 'change', place })} aria-label={`${w.change}: ${place.name}`}>
                        {w.change}
                      </Button>
                      <Button size="compact-sm" variant="default" onClick={() => ask({ is: 'remove', place })} aria-label={`${w.remove}: ${place.name}`}>
                        {w.remove}
                      </Button>
                    </Group>
                  ) : null}
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      {asked?.is === 'add' || asked?.is === 'change' ? <SetPlace place={asked.is === 'change' ? asked.place : null} onClose={close} renew={renew} /> : null}
      {asked?.is === 'remove' ? (
        <Confirm
          title={`${w.remove}: ${asked.place.name}`}
          effect={w.removeEffect(asked.place.name)}
          action={w.remove}
          onConfirm={async () => {
            await removePlace(asked.place.id);
            await renew();
            say(w.removed(asked.place.name));
          }}
          onClose={close}
        />
      ) : null}
    </Sheet>
  );
}

function SetPlace({ place, onClose, renew }: { place: Place | null; onClose: () => void; renew: () => Promise<void> }) {
  const w = words.sessions.places;
  const [name, setName] = useState(place?.name ?? '');
  const [text, setText] = useState(place?.networks.join('\n') ?? '');
  const networks = text.split(/[\s,;]+/).filter(Boolean);
  return (
    <Confirm
      title={place ? place.name : w.add}
      effect={
        <Stack gap="sm">
          <TextInput label={w.name} placeholder={w.nameExample} value={name} onChange={(event) => setName(event.currentTarget.value)} maxLength={60} required />
          <Textarea label={w.networks} description={w.networksText} value={text} onChange={(event) => setText(event.currentTarget.value)} autosize minRows={2} maxRows={8} required />
        </Stack>
      }
      action={words.sessions.limits.save}
      isReady={name.trim() !== '' && networks.length > 0}
      onConfirm={async () => {
        const wish = { name: name.trim(), networks };
        await (place ? changePlace(place.id, wish) : addPlace(wish));
        await renew();
        say(w.saved(wish.name));
      }}
      onClose={onClose}
    />
  );
}
