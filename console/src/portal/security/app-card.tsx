import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { IconDeviceMobile } from '@tabler/icons-react';
import { useState } from 'react';
import { confirmTotp, startTotp, type TotpStarted } from '../../api/authentication.ts';
import { Refused } from '../../ui/confirm.tsx';
import { EndOthers } from '../../ui/end-others.tsx';
import { say } from '../../ui/said.tsx';
import { SecretOnce } from '../../ui/secret-once.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { Tone } from '../../ui/tone.tsx';
import { words } from '../../words/index.ts';
import css from '../my-security.module.css';
import type { CardProps, DialogProps } from './card.ts';
import { FactorLine } from './factor-line.tsx';

export function AppCard({ factors, ask }: CardProps) {
  const w = words.portal.security;
  return (
    <Sheet
      title={w.app}
      lead={w.appLead}
      actions={
        <Button size="compact-sm" variant="default" onClick={() => ask({ is: 'app' })}>
          {w.addApp}
        </Button>
      }
    >
      {factors.totps.length === 0 ? <p className="quiet">{w.noApp}</p> : null}
      {factors.isTotpDisabled ? <Tone tone="danger">{w.isDisabled}</Tone> : null}
      <ul className={css.list}>
        {factors.totps.map((totp) => (
          <FactorLine
            key={totp.id}
            icon={<IconDeviceMobile size={24} stroke={1.4} aria-hidden="true" />}
            name={totp.name}
            createdAt={totp.createdAt}
            lastUsedAt={totp.lastUsedAt}
            more={null}
            onRename={() => ask({ is: 'rename', which: totp.id, name: totp.name })}
            onRemove={() => ask({ is: 'remove', which: totp.id, name: totp.name })}
          />
        ))}
      </ul>
    </Sheet>
  );
}

export function AddApp({ onClose, renew }: DialogProps) {
  const w = words.portal.security;
  const [started, setStarted] = useState<TotpStarted | null>(null);
  const [name, setName] = useState<string>(w.app);
  const [code, setCode] = useState('');
  const [endsOthers, setEndsOthers] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const [isBusy, setBusy] = useState(false);
  const run = async (work: () => Promise<void>): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await work();
    } catch (caught) {
      setError(caught as Error);
    }
    setBusy(false);
  };
  const begin = (): Promise<void> => run(async () => setStarted(await startTotp(name.trim() || w.app)));
  const confirm = (): Promise<void> =>
    run(async () => {
      await confirmTotp(started!.id, code, endsOthers);
      await renew();
      say(w.appAdded);
      onClose();
    });
  return (
    <Modal opened onClose={onClose} title={w.appTitle} closeOnClickOutside={started === null}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void (started ? confirm() : begin());
        }}
      >
        <Stack gap="md">
          {started ? (
            <>
              <p>{w.appScan}</p>
              <img className={css.qr} src={`data:image/svg+xml;charset=utf-8,${encodeURIComponent(started.qr)}`} alt={w.appScan} />
              <SecretOnce value={started.secret} label={w.appByHand} />
              <TextInput className={css.digits ?? ''} label={w.appCode} value={code} onChange={(event) => setCode(event.currentTarget.value)} inputMode="numeric" autoComplete="one-time-code" maxLength={7} required data-autofocus />
              <EndOthers isOn={endsOthers} set={setEndsOthers} />
            </>
          ) : (
            <>
              <p>{w.appLead}</p>
              <TextInput label={w.passkeyName} value={name} onChange={(event) => setName(event.currentTarget.value)} maxLength={60} data-autofocus />
            </>
          )}
          <Refused error={error} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {words.ui.cancel}
            </Button>
            <Button type="submit" loading={isBusy} disabled={started !== null && !/^\d{3} ?\d{3}$/.test(code.trim())}>
              {started ? w.appConfirm : w.addApp}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
