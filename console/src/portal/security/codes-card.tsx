import { Button, Group, Modal, Stack } from '@mantine/core';
import { useState } from 'react';
import { newRecoveryCodes } from '../../api/authentication.ts';
import { Refused } from '../../ui/confirm.tsx';
import { useMe } from '../../ui/me.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { Tone } from '../../ui/tone.tsx';
import { When } from '../../ui/when.tsx';
import { words } from '../../words/index.ts';
import css from '../my-security.module.css';
import type { CardProps, DialogProps } from './card.ts';

export function CodesCard({ factors, ask }: CardProps) {
  const w = words.portal.security;
  return (
    <Sheet
      title={w.codes}
      lead={w.codesLead}
      actions={
        <Button size="compact-sm" variant="default" onClick={() => ask({ is: 'codes' })}>
          {w.newCodes}
        </Button>
      }
    >
      {factors.recoveryCodes.issuedAt ? (
        <p>
          <Tone tone={factors.recoveryCodes.left > 3 ? 'good' : 'attention'}>{w.codesLeft(factors.recoveryCodes.left)}</Tone>{' '}
          <span className="quiet">
            {w.added} <When at={factors.recoveryCodes.issuedAt} />
          </span>
        </p>
      ) : (
        <p className="quiet">{w.codesNone}</p>
      )}
    </Sheet>
  );
}

export function NewCodes({ hasSome, onClose, renew }: DialogProps & { hasSome: boolean }) {
  const w = words.portal.security;
  const me = useMe();
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const [isBusy, setBusy] = useState(false);
  const make = (): void => {
    setBusy(true);
    setError(null);
    newRecoveryCodes().then(
      (made) => {
        setCodes(made.codes);
        setBusy(false);
        void renew();
      },
      (caught: Error) => {
        setError(caught);
        setBusy(false);
      },
    );
  };
  const download = (): void => {
    const address = URL.createObjectURL(new Blob([`${w.codesFileHead(me.person?.username ?? '')}\n\n${(codes ?? []).join('\n')}\n`], { type: 'text/plain' }));
    const link = Object.assign(document.createElement('a'), { href: address, download: w.codesFile });
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 1_000);
  };
  return (
    <Modal opened onClose={onClose} title={codes ? w.codesTitle : w.newCodes} closeOnClickOutside={codes === null} closeOnEscape={codes === null} withCloseButton={codes === null}>
      {codes ? (
        <Stack gap="md">
          <p>{w.codesText}</p>
          <ol className={css.codes} data-print>
            {codes.map((code) => (
              <li key={code}>{code}</li>
            ))}
          </ol>
          <Group justify="space-between">
            <Group gap="xs">
              <Button variant="default" onClick={download}>
                {w.download}
              </Button>
              <Button variant="default" onClick={() => window.print()}>
                {w.print}
              </Button>
            </Group>
            <Button onClick={onClose}>{w.kept}</Button>
          </Group>
        </Stack>
      ) : (
        <Stack gap="md">
          <p>{hasSome ? w.newCodesEffect : w.codesLead}</p>
          <Refused error={error} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {words.ui.cancel}
            </Button>
            <Button loading={isBusy} onClick={make}>
              {w.newCodes}
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}
