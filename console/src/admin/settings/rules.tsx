import { Button, Group, Stack, Switch, TagsInput, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { HrFeedSettings } from '../../api/hr-feed.ts';
import { changeLifecycleSettings, lifecycleSettingsQuery, type LifecycleSettings } from '../../api/lifecycle.ts';
import { changeHrFeedSettings, hrFeedSettingsQuery } from '../../api/settings.ts';
import { Refused } from '../../ui/confirm.tsx';
import { say, sayProblem } from '../../ui/said.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { Loaded } from '../../ui/state.tsx';
import { words } from '../../words/index.ts';

export function MovementSettings() {
  const w = words.settings.movements;
  const queries = useQueryClient();
  const query = useQuery(lifecycleSettingsQuery);
  const kinds = Object.keys(w.kinds) as LifecycleSettings['approvalFor'][number][];
  const set = (approvalFor: LifecycleSettings['approvalFor']): void =>
    void changeLifecycleSettings({ approvalFor }).then((saved) => {
      queries.setQueryData(lifecycleSettingsQuery.queryKey, saved);
      say(w.saved);
    }, sayProblem);
  return (
    <Sheet title={words.settings.parts.movements} lead={w.lead}>
      <Loaded query={query} rows={4}>
        {({ approvalFor }) => (
          <Stack gap="sm">
            {kinds.map((kind) => (
              <Switch key={kind} label={w.kinds[kind]} checked={approvalFor.includes(kind)} onChange={(event) => set(event.currentTarget.checked ? [...approvalFor, kind] : approvalFor.filter((one) => one !== kind))} />
            ))}
            <p className="quiet">{w.leavers}</p>
          </Stack>
        )}
      </Loaded>
    </Sheet>
  );
}

export function HrSettings() {
  const query = useQuery(hrFeedSettingsQuery);
  return <Loaded query={query}>{(settings) => <HrForm settings={settings} />}</Loaded>;
}

function HrForm({ settings }: { settings: HrFeedSettings }) {
  const w = words.settings.hr;
  const queries = useQueryClient();
  const [timeZone, setTimeZone] = useState(settings.timeZone);
  const [types, setTypes] = useState(settings.employmentTypesWithEndDate);
  const [error, setError] = useState<Error | null>(null);
  return (
    <Sheet title={words.settings.parts['hr-feed']} lead={w.lead}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          setError(null);
          changeHrFeedSettings({ timeZone: timeZone.trim(), employmentTypesWithEndDate: types }).then(() => {
            say(w.saved);
            return queries.invalidateQueries({ queryKey: ['settings', 'hr-feed'] });
          }, setError);
        }}
      >
        <Stack gap="sm" maw={520}>
          <TextInput label={w.timeZone} description={w.timeZoneText} value={timeZone} onChange={(event) => setTimeZone(event.currentTarget.value)} list="time-zones" required />
          <datalist id="time-zones">
            {Intl.supportedValuesOf('timeZone').map((zone) => (
              <option key={zone} value={zone} />
            ))}
          </datalist>
          <TagsInput size="sm" label={w.types} description={w.typesText} value={types} onChange={setTypes} acceptValueOnBlur />
          <Refused error={error} />
          <Group>
            <Button type="submit">{words.ui.save}</Button>
          </Group>
        </Stack>
      </form>
    </Sheet>
  );
}
