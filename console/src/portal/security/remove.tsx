import { useState } from 'react';
import { removeFactor } from '../../api/authentication.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { EndOthers } from '../../ui/end-others.tsx';
import { say } from '../../ui/said.tsx';
import { words } from '../../words/index.ts';
import type { DialogProps } from './card.ts';

/** Takes a way to sign in away, and the other sessions too where that is wished (ASVS 7.4.3). `remove`: where the thing is not one of the factors by id. */
export function Remove({ which, name, effect = words.portal.security.removeEffect(name), remove = removeFactor, onClose, renew }: DialogProps & { which: string; name: string; effect?: string; remove?: (which: string, endOtherSessions: boolean) => Promise<unknown> }) {
  const w = words.portal.security;
  const [endsOthers, setEndsOthers] = useState(false);
  return (
    <Confirm
      title={w.removeTitle(name)}
      effect={<EndOthers effect={effect} isOn={endsOthers} set={setEndsOthers} />}
      action={w.remove}
      isDangerous
      onConfirm={async () => {
        await remove(which, endsOthers);
        await renew();
        say(w.removed(name));
      }}
      onClose={onClose}
    />
  );
}
