import { Button } from '@mantine/core';
import { IconDeviceDesktop, IconDeviceMobile } from '@tabler/icons-react';
import { deviceName } from './device-name.ts';
import type { KnownDevice } from '../api/sessions.ts';
import { words } from '../words/index.ts';
import css from './session-list.module.css';
import { Tone } from './tone.tsx';
import { When } from './when.tsx';
import { Where } from './where.tsx';

/** Browsers in which somebody has signed in before, with the way to forget one. */
export function DeviceList({ devices, onForget }: { devices: readonly KnownDevice[]; onForget?: (device: KnownDevice) => void }) {
  const w = words.sessions.devices;
  if (devices.length === 0) return <p className="quiet">{w.none}</p>;
  return (
    <ul className={css.list}>
      {devices.map((device) => {
        const Shape = /android|iphone|ipad|ios|mobile/i.test(device.device) ? IconDeviceMobile : IconDeviceDesktop;
        return (
          <li className={css.item} key={device.id}>
            <Shape size={24} stroke={1.4} aria-hidden="true" />
            <div>
              <span className={css.name}>
                {deviceName(device.device)}
                {device.isCurrent ? <Tone tone="good">{words.people.sessions.current}</Tone> : null}
              </span>
              <span className={css.under}>
                {device.address ? (
                  <>
                    <Where address={device.address} where={device.where} /> ·{' '}
                  </>
                ) : null}
                {w.last} <When at={device.lastSeenAt} /> · {w.first} <When at={device.firstSeenAt} />
              </span>
            </div>
            {onForget ? (
              <Button size="compact-sm" variant="default" onClick={() => onForget(device)} aria-label={w.forgetOne(deviceName(device.device))}>
                {w.forget}
              </Button>
            ) : null}
          </li>
        );
      })}
    </ul>
  );
}
