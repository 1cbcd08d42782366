import { Button, Stack, TextInput } from '@mantine/core';
import { IconFingerprint } from '@tabler/icons-react';
import { useState } from 'react';
import { addPasskey, passkeyOptions } from '../../api/authentication.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { say } from '../../ui/said.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { words } from '../../words/index.ts';
import css from '../my-security.module.css';
import type { CardProps, DialogProps } from './card.ts';
import { FactorLine } from './factor-line.tsx';

export function PasskeysCard({ factors, ask }: CardProps) {
  const w = words.portal.security;
  return (
    <Sheet
      title={w.passkeys}
      lead={w.passkeysLead}
      actions={
        <Button size="compact-sm" variant="default" onClick={() => ask({ is: 'passkey' })}>
          {w.addPasskey}
        </Button>
      }
    >
      {factors.passkeys.length === 0 ? <p className="quiet">{w.noPasskey}</p> : null}
      <ul className={css.list}>
        {factors.passkeys.map((passkey) => (
          <FactorLine
            key={passkey.id}
            icon={<IconFingerprint size={24} stroke={1.4} aria-hidden="true" />}
            name={passkey.name}
            createdAt={passkey.createdAt}
            lastUsedAt={passkey.lastUsedAt}
            more={passkey.isDisabled ? w.isDisabled : passkey.isSynced ? w.synced : w.bound}
            onRename={() => ask({ is: 'rename', which: passkey.id, name: passkey.name })}
            onRemove={() => ask({ is: 'remove', which: passkey.id, name: passkey.name })}
          />
        ))}
      </ul>
    </Sheet>
  );
}

export function AddPasskey({ onClose, renew }: DialogProps) {
  const w = words.portal.security;
  const [name, setName] = useState('');
  return (
    <Confirm
      title={w.addPasskey}
      effect={
        <Stack gap="sm">
          <p>{w.passkeysLead}</p>
          <TextInput label={w.passkeyName} placeholder={w.passkeyNameExample} value={name} onChange={(event) => setName(event.currentTarget.value)} maxLength={60} />
        </Stack>
      }
      action={w.addPasskey}
      onConfirm={async () => {
        const { browserSupportsWebAuthn, startRegistration, WebAuthnError } = await import('@simplewebauthn/browser');
        if (!browserSupportsWebAuthn()) throw new Error(w.noPasskeys);
        const { options } = await passkeyOptions();
        let response: Record<string, unknown>;
        try {
          response = (await startRegistration({ optionsJSON: options as unknown as Parameters<typeof startRegistration>[0]['optionsJSON'] })) as unknown as Record<string, unknown>;
        } catch (error) {
          throw new Error(error instanceof WebAuthnError && error.code === 'ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED' ? w.passkeyTwice : w.passkeyCancelled, { cause: error });
        }
        await addPasskey({ ...(name.trim() ? { name: name.trim() } : {}), response });
        await renew();
        say(w.passkeyAdded);
      }}
      onClose={onClose}
    />
  );
}
