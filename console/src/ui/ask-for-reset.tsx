import { Button, Group, Modal, Stack, Textarea, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { askForReset } from '../api/recovery.ts';
import { words } from '../words/index.ts';
import { Refused } from './confirm.tsx';
import { say } from './said.tsx';

/** The help desk asks; a second person approves. */
export function AskForResetDialog({ personId, name, onClose }: { personId: string; name: string; onClose: () => void }) {
  const w = words.recovery.resets;
  const queries = useQueryClient();
  const [reason, setReason] = useState('');
  const [identityCheck, setIdentityCheck] = useState('');
  const [ticket, setTicket] = useState('');
  const [error, setError] = useState<Error | null>(null);
  const [isBusy, setBusy] = useState(false);
  const ask = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await askForReset(personId, { reason: reason.trim(), identityCheck: identityCheck.trim(), ...(ticket.trim() ? { ticket: ticket.trim() } : {}) });
      await queries.invalidateQueries({ queryKey: ['recovery'] });
      say(w.asked(name));
      onClose();
    } catch (caught) {
      setError(caught as Error);
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title={w.askTitle(name)}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void ask();
        }}
      >
        <Stack gap="md">
          <p>{w.askText}</p>
          <Textarea label={w.reason} placeholder={w.reasonExample} value={reason} onChange={(event) => setReason(event.currentTarget.value)} maxLength={300} required data-autofocus />
          <Textarea label={w.identity} placeholder={w.identityExample} value={identityCheck} onChange={(event) => setIdentityCheck(event.currentTarget.value)} maxLength={300} required />
          <TextInput label={w.ticket} value={ticket} onChange={(event) => setTicket(event.currentTarget.value)} maxLength={60} />
          <Refused error={error} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {words.ui.cancel}
            </Button>
            <Button type="submit" loading={isBusy} disabled={reason.trim() === '' || identityCheck.trim() === ''}>
              {w.askAction}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
