import { Button, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { addPasskey, passkeyOptions } from '../../api/authentication.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { EndOthers } from '../../ui/end-others.tsx';
import { say } from '../../ui/said.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { words } from '../../words/index.ts';
import type { CardProps, DialogProps } from './card.ts';
import { PasskeyList } from './passkey-list.tsx';

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
      <PasskeyList passkeys={factors.passkeys} onRename={({ id, name }) => ask({ is: 'rename', which: id, name })} onRemove={({ id, name }) => ask({ is: 'remove', which: id, name })} />
    </Sheet>
  );
}

export function AddPasskey({ isFirst, onClose, renew }: DialogProps & { isFirst: boolean }) {
  const w = words.portal.security;
  const [name, setName] = useState('');
  const [endsOthers, setEndsOthers] = useState(false);
  return (
    <Confirm
      title={w.addPasskey}
      effect={
        <Stack gap="sm">
          <p>{w.passkeysLead}</p>
          <TextInput label={w.passkeyName} placeholder={w.passkeyNameExample} value={name} onChange={(event) => setName(event.currentTarget.value)} maxLength={60} />
          <EndOthers isOn={endsOthers} set={setEndsOthers} />
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
        await addPasskey({ ...(name.trim() ? { name: name.trim() } : {}), response, endOtherSessions: endsOthers });
        await renew();
        say(isFirst ? words.passkeys.facts.addedFirst : w.passkeyAdded);
      }}
      onClose={onClose}
    />
  );
}
