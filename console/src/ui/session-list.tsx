import { Button } from '@mantine/core';
import { IconDeviceDesktop, IconDeviceMobile } from '@tabler/icons-react';
import { deviceName } from './device-name.ts';
import type { Session } from '../api/authentication.ts';
import { words } from '../words/index.ts';
import css from './session-list.module.css';
import { Tone } from './tone.tsx';
import { When } from './when.tsx';
import { Where } from './where.tsx';

/** Where somebody is signed in, with the way to end it. */
export function SessionList({ sessions, onEnd }: { sessions: readonly Session[]; onEnd?: (session: Session) => void }) {
  const w = words.people.sessions;
  if (sessions.length === 0) return <p className="quiet">{w.none}</p>;
  return (
    <ul className={css.list}>
      {sessions.map((session) => {
        const Device = /android|iphone|ipad|ios|mobile/i.test(session.device) ? IconDeviceMobile : IconDeviceDesktop;
        return (
          <li className={css.item} key={session.id} data-ended={session.endedAt ? true : undefined}>
            <Device size={24} stroke={1.4} aria-hidden="true" />
            <div>
              <span className={css.name}>
                {deviceName(session.device)}
                {session.isCurrent ? <Tone tone="good">{w.current}</Tone> : null}
              </span>
              <span className={css.under}>
                <Where address={session.address} where={session.where} /> · {w.level(session.assuranceLevel)}
                {session.isPhishingResistant ? ` · ${words.people.factors.phishingResistant}` : ''} · {w.since} <When at={session.createdAt} />
                {session.endedAt ? null : (
                  <>
                    {' '}
                    · {w.seen} <When at={session.lastSeenAt} />
                  </>
                )}
                {session.endedAt ? ` · ${session.endReason ?? ''}` : ''}
              </span>
              {session.applications.length > 0 ? (
                <span className={css.applications}>
                  {words.sessions.opened}:{' '}
                  {session.applications.map((one, index) => (
                    <span key={one.applicationId}>
                      {index > 0 ? ' · ' : ''}
                      {one.name} <When at={one.lastAt} />
                    </span>
                  ))}
                </span>
              ) : null}
            </div>
            {session.endedAt || !onEnd ? null : (
              <Button size="compact-sm" variant="default" onClick={() => onEnd(session)} aria-label={`${w.end} ${deviceName(session.device)}`}>
                {w.end}
              </Button>
            )}
          </li>
        );
      })}
    </ul>
  );
}
