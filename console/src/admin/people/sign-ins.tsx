import { Button, SimpleGrid, Stack } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { endPersonSession, endPersonSessions, personFactorsQuery, personSessionsQuery, type Session } from '../../api/authentication.ts';
import type { Person } from '../../api/directory.ts';
import { personApplicationsQuery } from '../../api/federation.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { Facts } from '../../ui/facts.tsx';
import { say, sayProblem } from '../../ui/said.tsx';
import { SessionList } from '../../ui/session-list.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { Loaded } from '../../ui/state.tsx';
import { Tone } from '../../ui/tone.tsx';
import { When } from '../../ui/when.tsx';
import { useMay } from '../../ui/me.tsx';
import { PersonDevices, PersonStrangeTries } from './devices.tsx';
import { words } from '../../words/index.ts';
import { KeysOfPerson } from './keys.tsx';

export function SignIns({ person }: { person: Person }) {
  const w = words.people;
  const queries = useQueryClient();
  const sessions = useQuery(personSessionsQuery(person.id));
  const factors = useQuery(personFactorsQuery(person.id));
  const mayApplications = useMay('federation.participation.read');
  const applications = useQuery({ ...personApplicationsQuery(person.id), enabled: mayApplications });
  const [isEnding, setEnding] = useState(false);
  const mayEnd = useMay('authentication.session.end');
  const renew = (): Promise<void> => queries.invalidateQueries({ queryKey: ['people', 'sessions', person.id] });
  // Push approval has a line of its own: it is switched off by silence, too.
  const otherDisabled = factors.data?.disabled.filter((one) => one !== 'push') ?? [];
  const open = sessions.data?.items.filter((session) => session.endedAt === null) ?? [];
  return (
    <Stack gap="lg">
      <PersonStrangeTries personId={person.id} />
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg">
        <Sheet title={w.factors.title}>
          <Loaded query={factors} rows={4}>
            {(known) => (
              <Stack gap="sm">
                <div>
                  <Tone tone={known.strongest === 'none' || known.strongest === 'password' ? 'attention' : 'good'}>{w.factors.strongest[known.strongest]}</Tone>{' '}
                  {known.strongest === 'none' ? null : <Tone tone={known.isPhishingResistant ? 'good' : 'neutral'}>{known.isPhishingResistant ? w.factors.phishingResistant : w.factors.notPhishingResistant}</Tone>}
                </div>
                <Facts
                  facts={[
                    [w.factors.password, known.hasPassword ? words.ui.yes : words.ui.no],
                    [w.factors.totp, known.hasTotp ? words.ui.yes : words.ui.no],
                    [w.factors.passkeys, known.keys.length === 0 ? '0' : <KeysOfPerson key="keys" keys={known.keys} />],
                    [words.push.title, known.disabled.includes('push') ? <Tone key="push" tone="danger">{words.push.telephonesOff(known.pushDevices)}</Tone> : words.push.telephones(known.pushDevices)],
                    [w.factors.recoveryCodes, String(known.recoveryCodesLeft)],
                    [w.factors.disabled, otherDisabled.length > 0 ? <Tone key="disabled" tone="danger">{otherDisabled.join(', ')}</Tone> : null],
                    [
                      w.factors.pass,
                      known.accessPass ? (
                        <span key="pass">
                          {w.factors.passText(known.accessPass.issuedByName)}, {words.access.until} <When at={known.accessPass.expiresAt} />
                        </span>
                      ) : null,
                    ],
                    [w.factors.lastSignIn, <When key="last" at={known.lastSignInAt} />],
                  ]}
                />
              </Stack>
            )}
          </Loaded>
        </Sheet>
        {mayApplications ? (
          <Sheet title={w.factors.applications}>
            <Loaded query={applications} rows={3}>
              {(known) =>
                known.items.length === 0 ? (
                  <p className="quiet">{w.factors.applicationsNone}</p>
                ) : (
                  <Facts
                    facts={known.items.map((one) => [
                      one.name,
                      <span key={one.clientId}>
                        <When at={one.lastAt} />
                        {one.endedAt && one.logoutState ? ` · ${w.factors.logout[one.logoutState]}` : ''}
                      </span>,
                    ])}
                  />
                )
              }
            </Loaded>
          </Sheet>
        ) : null}
      </SimpleGrid>
      <Sheet
        title={w.sessions.title}
        actions={
          open.length > 0 && mayEnd ? (
            <Button size="compact-sm" variant="default" onClick={() => setEnding(true)}>
              {w.sessions.endAll}
            </Button>
          ) : null
        }
      >
        <Loaded query={sessions} rows={3}>
          {(known) => <SessionList sessions={known.items} {...(mayEnd ? { onEnd: (session: Session) => void endPersonSession(person.id, session.id).then(renew).catch(sayProblem) } : {})} />}
        </Loaded>
      </Sheet>
      <PersonDevices personId={person.id} />
      {isEnding ? (
        <Confirm
          title={w.sessions.endAll}
          effect={w.sessions.endAllEffect(open.length, person.displayName)}
          action={w.sessions.endAll}
          isDangerous
          onConfirm={async () => {
            const { ended } = await endPersonSessions(person.id);
            await renew();
            say(w.sessions.ended(ended));
          }}
          onClose={() => setEnding(false)}
        />
      ) : null}
    </Stack>
  );
}
