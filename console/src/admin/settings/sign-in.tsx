import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { signInPolicyQuery } from '../../api/authentication.ts';
import { Sheet } from '../../ui/sheet.tsx';
import { Loaded, sentence } from '../../ui/state.tsx';
import { words } from '../../words/index.ts';
import { Places } from './places.tsx';
import { RuleCard, RuleCards } from './rule-card.tsx';
import { SessionLimits } from './session-limits.tsx';
import { SignInTimes } from './sign-in-times.tsx';

/** What holds for every sign-in and every session, and what it costs people. */
export function SignIn() {
  const w = words.settings.signIn;
  const query = useQuery(signInPolicyQuery);
  return (
    <Stack gap="lg">
      <Sheet title={words.settings.parts['sign-in']} lead={w.lead}>
        <Loaded query={query} rows={4}>
          {(policy) => (
            <RuleCards isWide>
              <RuleCard title={w.level} value={w.levelText(policy.assuranceLevel)} why={w.levelWhy} norm={w.levelNorm} standing={w.always} />
              <RuleCard title={w.password} value={sentence(policy.passwordRule)} why={w.passwordWhy} norm={w.passwordNorm} standing={w.always} />
              <RuleCard title={w.disabled} value={w.failures(policy.failuresUntilDisabled)} why={w.failuresWhy} norm={w.failuresNorm} standing={w.always} />
              <RuleCard title={w.open} value={w.mostOpen(policy.mostOpenSessions)} why={w.mostOpenWhy} norm={w.openNorm} standing={w.always} />
            </RuleCards>
          )}
        </Loaded>
      </Sheet>
      <Sheet title={w.sessions} lead={w.sessionsLead}>
        <Loaded query={query} rows={3}>
          {(policy) => <SessionLimits policy={policy} />}
        </Loaded>
      </Sheet>
      <SignInTimes />
      <Places />
    </Stack>
  );
}
