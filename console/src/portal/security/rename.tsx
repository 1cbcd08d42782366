import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { renameFactor } from '../../api/authentication.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { words } from '../../words/index.ts';
import type { DialogProps } from './card.ts';

export function Rename({ which, name, onClose, renew }: DialogProps & { which: string; name: string }) {
  const w = words.portal.security;
  const [text, setText] = useState(name);
  return (
    <Confirm
      title={w.rename}
      effect={<TextInput label={w.passkeyName} value={text} onChange={(event) => setText(event.currentTarget.value)} maxLength={60} />}
      action={w.rename}
      isReady={text.trim() !== '' && text.trim() !== name}
      onConfirm={async () => {
        await renameFactor(which, text.trim());
        await renew();
      }}
      onClose={onClose}
    />
  );
}
