import { Button, PasswordInput, Stack, Switch } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { useState } from 'react';
import { setPassword } from '../../api/authentication.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { useMe } from '../../ui/me.tsx';
import { say } from '../../ui/said.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { words } from '../../words/index.ts';
import css from '../my-security.module.css';
import type { CardProps, DialogProps } from './card.ts';
import { FactorLine } from './factor-line.tsx';

export function PasswordCard({ factors, ask }: CardProps) {
  const w = words.portal.security;
  return (
    <Sheet
      title={w.password}
      actions={
        <Button size="compact-sm" variant="default" onClick={() => ask({ is: 'password' })}>
          {factors.password ? w.changePassword : w.setPassword}
        </Button>
      }
    >
      {factors.password ? (
        <ul className={css.list}>
          <FactorLine icon={<IconKey size={24} stroke={1.4} aria-hidden="true" />} name={w.password} createdAt={factors.password.setAt} lastUsedAt={factors.password.lastUsedAt} more={factors.password.isDisabled ? w.passwordDisabled : null} onRemove={() => ask({ is: 'remove', which: 'password', name: w.password })} />
        </ul>
      ) : (
        <p className="quiet">{w.passwordNone}</p>
      )}
    </Sheet>
  );
}

export function SetPassword({ hasOne, onClose, renew }: DialogProps & { hasOne: boolean }) {
  const w = words.portal.security;
  const me = useMe();
  const [password, change] = useState('');
  const [endsOthers, setEndsOthers] = useState(true);
  return (
    <Confirm
      title={hasOne ? w.changePassword : w.setPassword}
      effect={
        <Stack gap="sm">
          {/* Password stores look for the name beside the password. */}
          <input className="visually-hidden" type="text" autoComplete="username" value={me.person?.username ?? ''} readOnly tabIndex={-1} aria-hidden="true" />
          <PasswordInput label={w.newPassword} description={w.passwordRule} value={password} onChange={(event) => change(event.currentTarget.value)} autoComplete="new-password" required maxLength={1024} />
          <Switch label={w.endOthers} checked={endsOthers} onChange={(event) => setEndsOthers(event.currentTarget.checked)} />
        </Stack>
      }
      action={hasOne ? w.changePassword : w.setPassword}
      isReady={password.length > 0}
      onConfirm={async () => {
        await setPassword({ password, endOtherSessions: endsOthers });
        await renew();
        say(w.passwordChanged);
      }}
      onClose={onClose}
    />
  );
}
