import { Alert } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { words } from '../../words/index.ts';

/** Over every page of the console while the glass is broken. */
export function BreakGlassSign() {
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle aria-hidden="true" />} role="status" mb="lg">
      {words.breakGlass.sign}
    </Alert>
  );
}
