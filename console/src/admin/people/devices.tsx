import { useQuery } from '@tanstack/react-query';
import { personDevicesQuery, personStrangeTriesQuery } from '../../api/sessions.ts';
import { DeviceList } from '../../ui/device-list.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { Loaded } from '../../ui/state.tsx';
import { Tries } from '../../ui/tries.tsx';
import { words } from '../../words/index.ts';

export function PersonStrangeTries({ personId }: { personId: string }) {
  const { data } = useQuery(personStrangeTriesQuery(personId));
  return <Tries tries={data} isMine={false} />;
}

export function PersonDevices({ personId }: { personId: string }) {
  const w = words.sessions.devices;
  const query = useQuery(personDevicesQuery(personId));
  return (
    <Sheet title={w.personTitle} lead={w.personLead}>
      <Loaded query={query} rows={3}>
        {({ items }) => <DeviceList devices={items} />}
      </Loaded>
    </Sheet>
  );
}
