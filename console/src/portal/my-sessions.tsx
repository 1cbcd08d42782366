import { Button, Stack } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { deviceName } from '../ui/device-name.ts';
import { endMyOtherSessions, endMySession, mySessionsQuery, type Session } from '../api/authentication.ts';
import { Confirm } from '../ui/confirm.tsx';
import { MyDevices, MyStrangeTries } from './my-devices.tsx';
import { PageSentence } from '../ui/page-sentence.tsx';
import { say } from '../ui/said.tsx';
import { SessionList } from '../ui/session-list.tsx';
import { Sheet } from '../ui/sheet.tsx';
import { Loaded } from '../ui/state.tsx';
import { words } from '../words/index.ts';
import { rich } from '../words/rich.tsx';

export function MySessions() {
  const w = words.portal.sessions;
  const queries = useQueryClient();
  const query = useQuery(mySessionsQuery);
  const [asked, ask] = useState<{ is: 'others' } | { is: 'one'; session: Session } | null>(null);
  const open = query.data?.items.filter((session) => session.endedAt === null) ?? [];
  const past = query.data?.items.filter((session) => session.endedAt !== null) ?? [];
  const renew = (): Promise<void> => queries.invalidateQueries({ queryKey: ['me', 'sessions'] });
  return (
    <>
      <PageSentence
        title={w.title}
        sentence={query.data ? rich(w.sentence(open.length)) : words.ui.loading}
        note={w.note}
        actions={
          open.length > 1 ? (
            <Button variant="default" onClick={() => ask({ is: 'others' })}>
              {w.endOthers}
            </Button>
          ) : null
        }
      />
      <Loaded query={query}>
        {() => (
          <Stack gap="lg">
            <MyStrangeTries />
            <Sheet>
              <SessionList sessions={open} onEnd={(session) => ask({ is: 'one', session })} />
            </Sheet>
            <MyDevices />
            {past.length > 0 ? (
              <Sheet title={w.past}>
                <SessionList sessions={past} />
              </Sheet>
            ) : null}
          </Stack>
        )}
      </Loaded>
      {asked?.is === 'others' ? (
        <Confirm
          title={w.endOthers}
          effect={w.endOthersEffect(open.length - 1)}
          action={w.endOthers}
          onConfirm={async () => {
            const { ended } = await endMyOtherSessions();
            await renew();
            say(w.ended(ended));
          }}
          onClose={() => ask(null)}
        />
      ) : null}
      {asked?.is === 'one' ? (
        <Confirm
          title={w.endOne(deviceName(asked.session.device))}
          effect={asked.session.isCurrent ? w.endThis : w.endOneEffect}
          action={words.people.sessions.end}
          onConfirm={async () => {
            await endMySession(asked.session.id);
            await renew();
            say(w.ended(1));
          }}
          onClose={() => ask(null)}
        />
      ) : null}
    </>
  );
}
