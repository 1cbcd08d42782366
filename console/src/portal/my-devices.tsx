import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { deviceName } from '../ui/device-name.ts';
import { forgetMyDevice, forgetMyDevices, myDevicesQuery, myStrangeTriesQuery, type KnownDevice } from '../api/sessions.ts';
import { Confirm } from '../ui/confirm.tsx';
import { DeviceList } from '../ui/device-list.tsx';
import { say } from '../ui/said.tsx';
import { Sheet } from '../ui/sheet.tsx';
import { Loaded } from '../ui/state.tsx';
import { Tries } from '../ui/tries.tsx';
import { words } from '../words/index.ts';

export function MyStrangeTries() {
  const { data } = useQuery(myStrangeTriesQuery);
  return <Tries tries={data} isMine />;
}

export function MyDevices() {
  const w = words.sessions.devices;
  const queries = useQueryClient();
  const query = useQuery(myDevicesQuery);
  const [asked, ask] = useState<{ is: 'all' } | { is: 'one'; device: KnownDevice } | null>(null);
  const renew = (): Promise<void> => queries.invalidateQueries({ queryKey: ['me', 'devices'] });
  const devices = query.data?.items ?? [];
  return (
    <Sheet
      title={w.title}
      lead={w.lead}
      actions={
        devices.length > 1 ? (
          <Button size="compact-sm" variant="default" onClick={() => ask({ is: 'all' })}>
            {w.forgetAll}
          </Button>
        ) : null
      }
    >
      <Loaded query={query} rows={3}>
        {({ items }) => <DeviceList devices={items} onForget={(device) => ask({ is: 'one', device })} />}
      </Loaded>
      {asked ? (
        <Confirm
          title={asked.is === 'all' ? w.forgetAll : w.forgetOne(deviceName(asked.device.device))}
          effect={asked.is === 'all' ? w.forgetAllEffect(devices.length) : w.forgetEffect}
          action={asked.is === 'all' ? w.forgetAll : w.forget}
          onConfirm={async () => {
            const forgotten = asked.is === 'all' ? (await forgetMyDevices()).forgotten : 1;
            if (asked.is === 'one') await forgetMyDevice(asked.device.id);
            await renew();
            say(w.forgotten(forgotten));
          }}
          onClose={() => ask(null)}
        />
      ) : null}
    </Sheet>
  );
}
