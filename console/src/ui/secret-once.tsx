import { Button, CopyButton, Group, Stack } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { words } from '../words/index.ts';
import css from './secret-once.module.css';

/** A secret that is shown this one time. It stays in the memory of this page only. */
export function SecretOnce({ value, label, children }: { value: string; label: string; children?: ReactNode }) {
  return (
    <Stack gap="xs">
      <div className={css.box}>
        <span className={css.label}>{label}</span>
        <code className={css.value}>{value}</code>
      </div>
      <Group gap="xs">
        <CopyButton value={value} timeout={2_000}>
          {({ copied, copy }) => (
            <Button size="xs" variant="default" onClick={copy} leftSection={copied ? <IconCheck size={14} /> : <IconCopy size={14} />}>
              {copied ? words.ui.copied : words.ui.copy}
            </Button>
          )}
        </CopyButton>
        {children}
      </Group>
    </Stack>
  );
}
