import { Anchor, Group } from '@mantine/core';
import { goToSignIn, Problem } from '../api/client.ts';
import { words } from '../words/index.ts';
import { sentence } from './state.tsx';

// Nothing is said before something was done: the part that says it comes after the page.
const corner = async () => (await import('@mantine/notifications')).notifications;

/** Says who and what was done, with the way back while there is one. */
export function say(text: string, undo?: () => Promise<unknown>): void {
  void corner().then((notifications) => {
    const id = notifications.show({
      message: (
        <Group justify="space-between" wrap="nowrap" gap="md">
          <span>{text}</span>
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
  });
}

export function sayProblem(error: unknown): void {
  void corner().then((notifications) => {
    if (error instanceof Problem && error.code === 'platform.stronger_sign_in_needed') {
      const level = error.stepUp ?? error.assuranceLevel ?? 2;
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
  });
}
