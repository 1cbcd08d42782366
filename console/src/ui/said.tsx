import { Anchor, Group } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { goToSignIn, Problem } from '../api/client.ts';
import { words } from '../words/index.ts';
import { sentence } from './state.tsx';

/** Says who and what was done, with the way back while there is one. */
export function say(sentence: string, undo?: () => Promise<unknown>): void {
  const id = notifications.show({
    message: (
      <Group justify="space-between" wrap="nowrap" gap="md">
        <span>{sentence}</span>
        {undo ? (
          <Anchor
            component="button"
            type="button"
            fw={600}
            onClick={() => {
              notifications.hide(id);
              void undo().catch(sayProblem);
            }}
          >
            {words.ui.undo}
          </Anchor>
        ) : null}
      </Group>
    ),
    autoClose: undo ? 12_000 : 5_000,
    withBorder: true,
  });
}

export function sayProblem(error: unknown): void {
  if (error instanceof Problem && error.code === 'platform.stronger_sign_in_needed') {
    const level = error.assuranceLevel ?? 2;
    notifications.show({
      title: words.ui.strongerSignIn,
      message: (
        <Anchor component="button" type="button" onClick={() => void goToSignIn(level)}>
          {words.ui.signInAgain}
        </Anchor>
      ),
      autoClose: false,
      withBorder: true,
      role: 'alert',
    });
    return;
  }
  notifications.show({ message: sentence(error instanceof Error ? error.message : String(error)), color: 'red', autoClose: 12_000, withBorder: true, role: 'alert' });
}
