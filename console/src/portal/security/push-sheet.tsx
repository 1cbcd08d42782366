import { Alert, Button, Group, Loader, Modal, Stack } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { IconDeviceMobileCheck } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { myPushQuery, startPairing, switchPushOn, type MyPush, type PairingStarted, type PushDevice } from '../../api/push.ts';
import { Confirm, Refused } from '../../ui/confirm.tsx';
import { useNow } from '../../ui/now.ts';
import { say } from '../../ui/said.tsx';
import { SecretOnce } from '../../ui/secret-once.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { Loaded } from '../../ui/state.tsx';
import { Tone } from '../../ui/tone.tsx';
import { words } from '../../words/index.ts';
import css from '../my-security.module.css';
import type { DialogProps } from './card.ts';
import { FactorLine } from './factor-line.tsx';
import { Remove } from './remove.tsx';
import { Rename } from './rename.tsx';

type Asked = { is: 'pair' } | { is: 'on' } | { is: 'rename' | 'remove'; device: PushDevice };

/** The telephones that approve sign-ins. */
export function PushSheet() {
  const w = words.push;
  const query = useQuery(myPushQuery);
  const queries = useQueryClient();
  const [asked, ask] = useState<Asked | null>(null);
  const close = (): void => ask(null);
  const renew = (): Promise<void> => queries.invalidateQueries({ queryKey: ['me'] });
  const isFull = query.data !== undefined && query.data.devices.length >= query.data.atMost;
  return (
    <Sheet
      title={w.title}
      lead={w.lead}
      actions={
        <Button size="compact-sm" variant="default" disabled={!query.data || isFull} onClick={() => ask({ is: 'pair' })}>
          {w.pair}
        </Button>
      }
    >
      <Loaded query={query} rows={1}>
        {(push) => <Devices push={push} ask={ask} />}
      </Loaded>
      {asked?.is === 'pair' && query.data ? <Pair known={query.data.devices} onClose={close} renew={renew} /> : null}
      {asked?.is === 'on' ? (
        <Confirm
          title={w.switchOn}
          effect={w.switchOnEffect}
          action={w.switchOn}
          onConfirm={async () => {
            await switchPushOn();
            await renew();
            say(w.switchedOn);
          }}
          onClose={close}
        />
      ) : null}
      {asked?.is === 'rename' ? <Rename which={asked.device.id} name={asked.device.name} onClose={close} renew={renew} /> : null}
      {asked?.is === 'remove' ? <Remove which={asked.device.id} name={asked.device.name} effect={w.removeEffect(asked.device.name)} onClose={close} renew={renew} /> : null}
    </Sheet>
  );
}

function Devices({ push, ask }: { push: MyPush; ask: (asked: Asked) => void }) {
  const w = words.push;
  return (
    <Stack gap="sm">
      {push.isOff ? (
        <Alert color="red" variant="light" title={w.offTitle}>
          <Stack gap="sm" align="flex-start">
            <span>{w.offText}</span>
            <Button size="compact-sm" onClick={() => ask({ is: 'on' })}>
              {w.switchOn}
            </Button>
          </Stack>
        </Alert>
      ) : null}
      {push.isLocked ? <Tone tone="danger">{w.locked}</Tone> : null}
      {push.devices.length === 0 ? <p className="quiet">{w.none}</p> : null}
      <ul className={css.list}>
        {push.devices.map((device) => (
          <FactorLine
            key={device.id}
            icon={<IconDeviceMobileCheck size={24} stroke={1.4} aria-hidden="true" />}
            name={device.name}
            createdAt={device.createdAt}
            lastUsedAt={device.lastUsedAt}
            more={device.isDisabled ? w.isOff : device.hasNotifications ? w.hasMessages : w.noMessages}
            onRename={() => ask({ is: 'rename', device })}
            onRemove={() => ask({ is: 'remove', device })}
          />
        ))}
      </ul>
      {push.devices.length >= push.atMost ? <p className="quiet">{w.many(push.atMost)}</p> : null}
    </Stack>
  );
}

/** Shows the link until a telephone has used it, which the list of telephones tells. */
function Pair({ known, onClose, renew }: DialogProps & { known: readonly PushDevice[] }) {
  const w = words.push;
  const [before] = useState(() => new Set(known.map((device) => device.id)));
  const [started, setStarted] = useState<PairingStarted | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const begin = (): void => {
    setError(null);
    setStarted(null);
    startPairing().then(setStarted, (caught: Error) => setError(caught));
  };
  const isBegun = useRef(false);
  useEffect(() => {
    // Once: React runs effects twice while developing, and a second link makes the first one worthless.
    if (isBegun.current) return;
    isBegun.current = true;
    begin();
  }, []);
  const { data } = useQuery({ ...myPushQuery, refetchInterval: started ? 2_000 : false });
  const added = started ? data?.devices.find((device) => !before.has(device.id)) : undefined;
  useEffect(() => {
    if (!added) return;
    say(w.paired(added.name));
    void renew();
    onClose();
  }, [added, onClose, renew, w]);
  const now = useNow();
  const isOver = started !== null && new Date(started.expiresAt).getTime() <= now;
  return (
    <Modal opened onClose={onClose} title={w.pair} closeOnClickOutside={false}>
      <Stack gap="md">
        <Refused error={error} />
        {started && !isOver ? (
          <>
            <p>{w.scan}</p>
            <img className={css.qr} src={`data:image/svg+xml;charset=utf-8,${encodeURIComponent(started.qr)}`} alt={w.scan} />
            <SecretOnce value={started.link} label={w.byHand} />
            <Group gap="xs" role="status">
              <Loader size="xs" aria-hidden="true" />
              <span className="quiet">{w.waits}</span>
            </Group>
          </>
        ) : null}
        {isOver ? <p>{w.over}</p> : null}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {words.ui.cancel}
          </Button>
          {isOver ? <Button onClick={begin}>{w.newLink}</Button> : null}
        </Group>
      </Stack>
    </Modal>
  );
}
