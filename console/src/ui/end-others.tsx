import { Stack, Switch } from '@mantine/core';
import type { ReactNode } from 'react';
import { words } from '../words/index.ts';

/** After a change of factors: whoever sits elsewhere goes, if it is wanted (ASVS 7.4.3). */
export function EndOthers({ effect, isOn, set }: { effect?: ReactNode; isOn: boolean; set: (isOn: boolean) => void }) {
  return (
    <Stack gap="sm">
      {effect ? <p>{effect}</p> : null}
      <Switch label={words.sessions.endOthers} description={words.sessions.endsTokens} checked={isOn} onChange={(event) => set(event.currentTarget.checked)} />
    </Stack>
  );
}
