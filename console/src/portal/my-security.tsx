import { Stack } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { myFactorsQuery, type Factors } from '../api/authentication.ts';
import { useMe } from '../ui/me.tsx';
import { PageSentence } from '../ui/page-sentence.tsx';
import { Sheet } from '../ui/sheet.tsx';
import { Loaded } from '../ui/state.tsx';
import { Tone } from '../ui/tone.tsx';
import { words } from '../words/index.ts';
import { AddApp, AppCard } from './security/app-card.tsx';
import type { Asked } from './security/card.ts';
import { CodesCard, NewCodes } from './security/codes-card.tsx';
import { EnrolmentDue } from './security/enrolment-due.tsx';
import { MyCertificates } from './security/my-certificates.tsx';
import { NextStepCard } from './security/next-step-card.tsx';
import { PasskeyList } from './security/passkey-list.tsx';
import { AddPasskey, PasskeysCard } from './security/passkeys-card.tsx';
import { PasswordCard, SetPassword } from './security/password-card.tsx';
import { PushSheet } from './security/push-sheet.tsx';
import { RecoverySheet } from './security/recovery-sheet.tsx';
import { Remove } from './security/remove.tsx';
import { Rename } from './security/rename.tsx';

export function MySecurity() {
  const query = useQuery(myFactorsQuery);
  return <Loaded query={query}>{(factors) => <Shown factors={factors} />}</Loaded>;
}

function Shown({ factors }: { factors: Factors }) {
  const w = words.portal.security;
  const queries = useQueryClient();
  const [asked, ask] = useState<Asked | null>(null);
  const close = (): void => ask(null);
  const renew = (): Promise<void> => queries.invalidateQueries({ queryKey: ['me'] });
  const { strength } = factors;
  // It has its hardware keys and nothing else, and administrators change them on the page Break-glass.
  const { isBreakGlass } = useMe();
  return (
    <>
      <PageSentence
        title={w.title}
        sentence={w.restsOn[strength.restsOn]}
        note={<Tone tone={strength.isPhishingResistant ? 'good' : strength.assuranceLevel >= 2 ? 'neutral' : 'attention'}>{strength.isPhishingResistant ? words.people.factors.phishingResistant : words.people.factors.notPhishingResistant}</Tone>}
      />
      {isBreakGlass ? (
        <Sheet title={w.passkeys} lead={words.breakGlass.ownKeys}>
          <PasskeyList passkeys={factors.passkeys} />
        </Sheet>
      ) : (
        <Stack gap="lg">
          <EnrolmentDue onAddPasskey={() => ask({ is: 'passkey' })} />
          <NextStepCard factors={factors} ask={ask} />
          <PasskeysCard factors={factors} ask={ask} />
          <MyCertificates />
          <AppCard factors={factors} ask={ask} />
          <PushSheet />
          <PasswordCard factors={factors} ask={ask} />
          <CodesCard factors={factors} ask={ask} />
          <RecoverySheet />
        </Stack>
      )}
      {asked?.is === 'passkey' ? <AddPasskey isFirst={factors.passkeys.length === 0} onClose={close} renew={renew} /> : null}
      {asked?.is === 'app' ? <AddApp onClose={close} renew={renew} /> : null}
      {asked?.is === 'password' ? <SetPassword hasOne={factors.password !== null} onClose={close} renew={renew} /> : null}
      {asked?.is === 'codes' ? <NewCodes hasSome={factors.recoveryCodes.left > 0} onClose={close} renew={renew} /> : null}
      {asked?.is === 'rename' ? <Rename which={asked.which} name={asked.name} onClose={close} renew={renew} /> : null}
      {asked?.is === 'remove' ? <Remove which={asked.which} name={asked.name} onClose={close} renew={renew} /> : null}
    </>
  );
}
