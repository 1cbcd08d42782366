import { Button, Group, Modal, Stack, Textarea } from '@mantine/core';
import { useState } from 'react';
import { issueAccessPass, type AccessPass } from '../api/authentication.ts';
import { words } from '../words/index.ts';
import { Refused } from './confirm.tsx';
import { Facts } from './facts.tsx';
import { SecretOnce } from './secret-once.tsx';
import { When } from './when.tsx';

/** Issues a temporary access pass and shows it this one time. */
export function AccessPassDialog({ personId, name, onClose }: { personId: string; name: string; onClose: () => void }) {
  const w = words.people.pass;
  const [reason, setReason] = useState('');
  const [pass, setPass] = useState<AccessPass | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const [isBusy, setBusy] = useState(false);
  const issue = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      setPass(await issueAccessPass(personId, reason.trim()));
    } catch (caught) {
      setError(caught as Error);
    }
    setBusy(false);
  };
  return (
    <Modal opened onClose={onClose} title={w.title(name)} closeOnClickOutside={pass === null}>
      {pass ? (
        <Stack gap="md">
          <SecretOnce value={pass.pass} label={w.pass} />
          <Facts
            facts={[
              [w.username, <code key="username">{pass.username}</code>],
              [w.address, <code key="address">{pass.signInUrl}</code>],
              [w.until, <When key="until" at={pass.expiresAt} />],
            ]}
          />
          <p className="quiet">{w.shownOnce}</p>
          <Group justify="flex-end">
            <Button onClick={onClose}>{w.done}</Button>
          </Group>
        </Stack>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void issue();
          }}
        >
          <Stack gap="md">
            <p>{w.text}</p>
            <Textarea label={w.reason} placeholder={w.reasonExample} value={reason} onChange={(event) => setReason(event.currentTarget.value)} required data-autofocus maxLength={300} />
            <Refused error={error} />
            <Group justify="flex-end" gap="xs">
              <Button variant="default" onClick={onClose}>
                {words.ui.cancel}
              </Button>
              <Button type="submit" loading={isBusy} disabled={reason.trim() === ''}>
                {w.action}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}
