import { ActionIcon, Button, Group, Menu, Modal, Stack, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { IconDots, IconMail } from '@tabler/icons-react';
import { useState } from 'react';
import { addRecoveryAddress, confirmRecoveryAddress, mailRecoveryAddress, myRecoveryQuery, noteRecoveryLooked, removeRecoveryAddress, type MyRecovery, type RecoveryAddress } from '../../api/recovery.ts';
import { Confirm, Refused } from '../../ui/confirm.tsx';
import { say, sayProblem } from '../../ui/said.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { Loaded } from '../../ui/state.tsx';
import { Tone } from '../../ui/tone.tsx';
import { words } from '../../words/index.ts';
import css from '../my-security.module.css';
import { DrillNotice } from '../recovery/drill-notice.tsx';

type Asked = { is: 'add' } | { is: 'confirm' | 'remove'; id: string; address: string };

/** What would happen if the telephone were lost, in plain words, and the addresses that a code is mailed to. */
export function RecoverySheet() {
  const query = useQuery(myRecoveryQuery);
  return (
    <Sheet title={words.recovery.card.title} {...(query.data ? { tone: query.data.couldGetBackIn ? ('good' as const) : ('danger' as const) } : {})}>
      <Loaded query={query} rows={4}>
        {(known) => <Shown known={known} />}
      </Loaded>
    </Sheet>
  );
}

function Shown({ known }: { known: MyRecovery }) {
  const w = words.recovery.card;
  const queries = useQueryClient();
  const [asked, ask] = useState<Asked | null>(null);
  const close = (): void => ask(null);
  const renew = (): Promise<void> => queries.invalidateQueries({ queryKey: ['me'] });
  const usable = known.addresses.filter((one) => one.isConfirmed && one.isCurrent && !one.isAtWork).length;
  const looked = (): void =>
    void noteRecoveryLooked().then(async () => {
      await renew();
      say(w.lookedDone);
    }, sayProblem);
  return (
    <Stack gap="md">
      <DrillNotice />
      {known.isReminded ? (
        <div className={css.step}>
          <Tone tone="attention">{w.yearly}</Tone>
          <Button size="compact-sm" variant="default" onClick={looked}>
            {w.looked}
          </Button>
        </div>
      ) : null}
      {known.couldGetBackIn ? (
        <div>
          <p>{w.could}</p>
          <ul>
            {known.ways.map((way) => (
              <li key={way}>{w.ways[way]}</li>
            ))}
          </ul>
        </div>
      ) : (
        <p>
          <strong>{w.couldNot}</strong> {known.isPrivileged ? null : w.todo}
        </p>
      )}
      {known.isPrivileged ? <p className="quiet">{w.privileged}</p> : null}
      <div>
        <Group justify="space-between" mb="xs">
          <h3>{w.addresses}</h3>
          <Button size="compact-sm" variant="default" onClick={() => ask({ is: 'add' })}>
            {w.add}
          </Button>
        </Group>
        {known.addresses.length === 0 ? <p className="quiet">{known.isPrivileged ? w.noneNeeded : w.none}</p> : null}
        <ul className={css.list}>
          {known.addresses.map((one) => (
            <AddressLine key={one.id} one={one} onConfirm={() => ask({ is: 'confirm', id: one.id, address: one.address })} onRemove={() => ask({ is: 'remove', id: one.id, address: one.address })} />
          ))}
        </ul>
        {usable === 1 && !known.isPrivileged ? <p className="quiet">{w.one}</p> : null}
      </div>
      {asked?.is === 'add' ? <AddAddress known={known} onClose={close} onAdded={(id, address) => void renew().then(() => ask({ is: 'confirm', id, address }))} /> : null}
      {asked?.is === 'confirm' ? <ConfirmAddress id={asked.id} address={asked.address} onClose={close} renew={renew} /> : null}
      {asked?.is === 'remove' ? (
        <Confirm
          title={w.removeTitle(asked.address)}
          effect={w.removeEffect(asked.address)}
          action={w.remove}
          isDangerous
          onConfirm={async () => {
            await removeRecoveryAddress(asked.id);
            await renew();
            say(w.removed(asked.address));
          }}
          onClose={close}
        />
      ) : null}
    </Stack>
  );
}

function AddressLine({ one, onConfirm, onRemove }: { one: RecoveryAddress; onConfirm: () => void; onRemove: () => void }) {
  const w = words.recovery.card;
  return (
    <li className={css.item}>
      <IconMail size={24} stroke={1.4} aria-hidden="true" />
      <div>
        <span className={css.name}>{one.address}</span>
        <span className="quiet-under">
          {w.kinds[one.kind]} · {one.isConfirmed ? w.confirmed : w.waiting}
          {one.isConfirmed && !one.isCurrent ? ` · ${w.outdated}` : one.isAtWork ? ` · ${w.atWork}` : ''}
        </span>
      </div>
      <Group gap="xs" wrap="nowrap">
        {one.isConfirmed ? null : (
          <Button size="compact-sm" onClick={onConfirm}>
            {w.confirm}
          </Button>
        )}
        <Menu>
          <Menu.Target>
            <ActionIcon aria-label={`${words.ui.more}: ${one.address}`}>
              <IconDots size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item color="red" onClick={onRemove}>
              {w.remove}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </Group>
    </li>
  );
}

function AddAddress({ known, onClose, onAdded }: { known: MyRecovery; onClose: () => void; onAdded: (id: string, address: string) => void }) {
  const w = words.recovery.card;
  const [address, setAddress] = useState('');
  const [error, setError] = useState<Error | null>(null);
  const [isBusy, setBusy] = useState(false);
  const add = (wish: Parameters<typeof addRecoveryAddress>[0], shown: string): void => {
    setBusy(true);
    setError(null);
    addRecoveryAddress(wish).then(
      ({ id }) => onAdded(id, shown),
      (caught: Error) => {
        setError(caught);
        setBusy(false);
      },
    );
  };
  return (
    <Modal opened onClose={onClose} title={w.add}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          add({ address: address.trim() }, address.trim());
        }}
      >
        <Stack gap="md">
          <p>{w.addText}</p>
          <TextInput label={w.address} type="email" autoComplete="email" value={address} onChange={(event) => setAddress(event.currentTarget.value)} maxLength={254} required data-autofocus />
          {known.offered.length > 0 ? (
            <Group gap="xs">
              {known.offered.map((one) => (
                <Button key={one.kind} size="compact-sm" variant="default" disabled={isBusy} onClick={() => add({ kind: one.kind }, one.address)}>
                  {w.offered(one.address)}
                </Button>
              ))}
            </Group>
          ) : null}
          <Refused error={error} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {words.ui.cancel}
            </Button>
            <Button type="submit" loading={isBusy} disabled={!address.includes('@')}>
              {w.sendCode}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function ConfirmAddress({ id, address, onClose, renew }: { id: string; address: string; onClose: () => void; renew: () => Promise<void> }) {
  const w = words.recovery.card;
  const [code, setCode] = useState('');
  const [error, setError] = useState<Error | null>(null);
  const [isBusy, setBusy] = useState(false);
  const run = async (work: () => Promise<void>): Promise<void> => {
    setBusy(true);
    setError(null);
    await work().catch(setError);
    setBusy(false);
  };
  return (
    <Modal opened onClose={onClose} title={w.confirmTitle(address)} closeOnClickOutside={false}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void run(async () => {
            await confirmRecoveryAddress(id, code.trim());
            await renew();
            say(w.done(address));
            onClose();
          });
        }}
      >
        <Stack gap="md">
          <p>{w.confirmText(address)}</p>
          <TextInput className={css.digits ?? ''} label={w.code} value={code} onChange={(event) => setCode(event.currentTarget.value)} inputMode="numeric" autoComplete="one-time-code" maxLength={12} required data-autofocus />
          <Refused error={error} />
          <Group justify="space-between" gap="xs">
            <Button
              variant="subtle"
              onClick={() =>
                void run(async () => {
                  await mailRecoveryAddress(id);
                  say(w.sentAgain(address));
                })
              }
            >
              {w.again}
            </Button>
            <Group gap="xs">
              <Button variant="default" onClick={onClose}>
                {words.ui.cancel}
              </Button>
              <Button type="submit" loading={isBusy} disabled={code.replace(/\D/g, '').length !== 8}>
                {words.portal.security.appConfirm}
              </Button>
            </Group>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
