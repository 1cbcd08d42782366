import { Alert, Button, Group, Modal, Stack } from '@mantine/core';
import { useEffect, useState, type ReactNode } from 'react';
import { Problem } from '../api/client.ts';
import { words } from '../words/index.ts';
import { ErrorState, sentence } from './state.tsx';

/** Says what will happen, then does it. What cannot be undone says so in `effect`. */
export function Confirm({ title, effect, action, isDangerous = false, isReady = true, size = 'md', onConfirm, onClose }: { title: string; effect: ReactNode; action: string; isDangerous?: boolean; isReady?: boolean; size?: string; onConfirm: () => Promise<unknown>; onClose: () => void }) {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const run = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await onConfirm();
      onClose();
    } catch (caught) {
      setError(caught as Error);
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title={title} size={size}>
      <Stack gap="md">
        <div>{effect}</div>
        {error ? <Refused error={error} /> : null}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose} data-autofocus>
            {words.ui.cancel}
          </Button>
          <Button {...(isDangerous ? { color: 'red' } : {})} loading={isBusy} disabled={!isReady} onClick={() => void run()}>
            {action}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

/** A refusal inside a form: the server's own sentence, and which field it means. */
export function Refused({ error }: { error: Error | null }) {
  const [box, setBox] = useState<HTMLDivElement | null>(null);
  useEffect(() => {
    // In braces: newer browsers give a promise back, and what an effect gives back is called at its end.
    box?.scrollIntoView({ block: 'nearest' });
  }, [box, error]);
  if (!error) return null;
  if (error instanceof Problem && error.code === 'platform.stronger_sign_in_needed') return <ErrorState error={error} />;
  return (
    <Alert color="red" variant="light" role="alert" ref={setBox}>
      {sentence(error.message)}
      {error instanceof Problem && error.faults.length > 0 ? (
        <ul>
          {error.faults.map((fault) => (
            <li key={fault.path + fault.message}>
              <code>{fault.path.replace(/^(body|query|path)\./, '')}</code>: {fault.message}
            </li>
          ))}
        </ul>
      ) : null}
    </Alert>
  );
}
