import { Stack, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { removeKey, retireAccount, sealAccount, startDrill, type BreakGlassAccount } from '../../api/break-glass.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { say } from '../../ui/said.tsx';
import { words } from '../../words/index.ts';
import type { Ask } from './account-card.tsx';
import { registerKey, touchKey } from './key.ts';

interface DialogProps {
  readonly account: BreakGlassAccount;
  readonly renew: () => Promise<void>;
  readonly onClose: () => void;
}

export function Dialog({ asked, ...rest }: { asked: Ask } & Omit<DialogProps, 'account'>) {
  const w = words.breakGlass;
  const { account } = asked;
  const done = async (work: Promise<unknown>, text: string): Promise<void> => {
    await work;
    await rest.renew();
    say(text);
  };
  switch (asked.is) {
    case 'register':
      return <Register account={account} {...rest} />;
    case 'seal':
      return <SealIt account={account} {...rest} />;
    case 'test':
      return <Confirm title={w.test} effect={w.testEffect} action={w.test} onConfirm={() => done(touchKey(account.id), w.testDone)} onClose={rest.onClose} />;
    case 'drill':
      return <Confirm title={w.drillTitle(account.name)} effect={w.drillEffect} action={w.drill} onConfirm={() => done(startDrill(account.id), w.drillStarted)} onClose={rest.onClose} />;
    case 'remove-key':
      return <Confirm title={w.removeKey(asked.keyName)} effect={w.removeKeyEffect(asked.keyName, account.name)} action={w.removeKey(asked.keyName)} isDangerous onConfirm={() => done(removeKey(account.id, asked.keyId), w.keyRemoved)} onClose={rest.onClose} />;
    case 'retire':
      return <WithReason title={w.retire} effect={w.retireEffect(account.name)} isDangerous onConfirm={(reason) => done(retireAccount(account.id, reason), w.retired(account.name))} onClose={rest.onClose} />;
  }
}

function Register({ account, renew, onClose }: DialogProps) {
  const w = words.breakGlass;
  const [name, setName] = useState('');
  return (
    <Confirm
      title={w.registerTitle(account.name)}
      effect={
        <Stack gap="sm">
          <p>{w.registerEffect}</p>
          <TextInput label={w.keyName} placeholder={w.keyNameExample} value={name} onChange={(event) => setName(event.currentTarget.value)} maxLength={60} required />
        </Stack>
      }
      action={w.register}
      isReady={name.trim() !== ''}
      onConfirm={async () => {
        await registerKey(account.id, name.trim());
        await renew();
        say(w.registered);
      }}
      onClose={onClose}
    />
  );
}

function SealIt({ account, renew, onClose }: DialogProps) {
  const w = words.breakGlass;
  const [envelope, setEnvelope] = useState(account.state === 'sealed' ? (account.seal?.envelope ?? '') : '');
  const [place, setPlace] = useState(account.seal?.place ?? '');
  const [keeper, setKeeper] = useState(account.seal?.keeper ?? '');
  const isReady = [envelope, place, keeper].every((text) => text.trim() !== '');
  return (
    <Confirm
      title={w.sealTitle(account.name)}
      effect={
        <Stack gap="sm">
          <p>{w.sealEffect}</p>
          <TextInput label={w.envelope} value={envelope} onChange={(event) => setEnvelope(event.currentTarget.value)} maxLength={60} required />
          <TextInput label={w.place} placeholder={w.placeExample} value={place} onChange={(event) => setPlace(event.currentTarget.value)} maxLength={200} required />
          <TextInput label={w.keeper} placeholder={w.keeperExample} value={keeper} onChange={(event) => setKeeper(event.currentTarget.value)} maxLength={200} required />
        </Stack>
      }
      action={w.seal}
      isReady={isReady}
      onConfirm={async () => {
        await sealAccount(account.id, { envelope: envelope.trim(), place: place.trim(), keeper: keeper.trim() });
        await renew();
        say(w.sealed(account.name));
      }}
      onClose={onClose}
    />
  );
}

export function WithReason({ title, effect, isDangerous = false, onConfirm, onClose }: { title: string; effect: string; isDangerous?: boolean; onConfirm: (reason: string) => Promise<unknown>; onClose: () => void }) {
  const [reason, setReason] = useState('');
  return (
    <Confirm
      title={title}
      effect={
        <Stack gap="sm">
          <p>{effect}</p>
          <Textarea label={words.breakGlass.reason} value={reason} onChange={(event) => setReason(event.currentTarget.value)} maxLength={500} required />
        </Stack>
      }
      action={title}
      isDangerous={isDangerous}
      isReady={reason.trim().length >= 3}
      onConfirm={() => onConfirm(reason.trim())}
      onClose={onClose}
    />
  );
}
