import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { renameFactor } from '../../api/authentication.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { words } from '../../words/index.ts';
import type { DialogProps } from './card.ts';

/** `rename`: where the thing is not one of the factors by id. */
export function Rename({ which, name, rename = renameFactor, onClose, renew }: DialogProps & { which: string; name: string; rename?: (which: string, name: string) => Promise<unknown> }) {
  const w = words.portal.security;
  const [text, setText] = useState(name);
  return (
    <Confirm
      title={w.rename}
      effect={<TextInput label={w.passkeyName} value={text} onChange={(event) => setText(event.currentTarget.value)} maxLength={60} />}
      action={w.rename}
      isReady={text.trim() !== '' && text.trim() !== name}
      onConfirm={async () => {
        await rename(which, text.trim());
        await renew();
      }}
      onClose={onClose}
    />
  );
}
