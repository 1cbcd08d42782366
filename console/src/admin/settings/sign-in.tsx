import { Stack } from '@mantine/core';
import { SignInFacts } from './rules.tsx';
import { SignInTimes } from './sign-in-times.tsx';

export function SignIn() {
  return (
    <Stack gap="lg">
      <SignInFacts />
      <SignInTimes />
    </Stack>
  );
}
