import { Button, Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Factors } from '../../api/authentication.ts';
import { myEnrolmentQuery } from '../../api/enrolment.ts';
import { Sheet } from '../../ui/sheet.tsx';
import { words } from '../../words/index.ts';
import css from '../my-security.module.css';
import type { CardProps } from './card.ts';

export function NextStepCard({ factors, ask }: CardProps) {
  const w = words.portal.security;
  const { strength } = factors;
  const due = useQuery(myEnrolmentQuery);
  // The rule above asks for just that, with its day.
  if (strength.nextStep === 'add_passkey' && due.data?.items.some((one) => one.missing === 'passkey')) return null;
  const steps: Partial<Record<Factors['strength']['nextStep'], ReactNode>> = {
    add_passkey: <Button onClick={() => ask({ is: 'passkey' })}>{w.addPasskey}</Button>,
    add_spare_passkey: <Button onClick={() => ask({ is: 'passkey' })}>{w.addPasskey}</Button>,
    add_second_factor: (
      <Group gap="xs">
        <Button onClick={() => ask({ is: 'passkey' })}>{w.addPasskey}</Button>
        <Button variant="default" onClick={() => ask({ is: 'app' })}>
          {w.addApp}
        </Button>
      </Group>
    ),
    new_recovery_codes: <Button onClick={() => ask({ is: 'codes' })}>{w.newCodes}</Button>,
  };
  return (
    <Sheet title={w.next} {...(strength.nextStep === 'none' ? { tone: 'good' as const } : strength.assuranceLevel < 2 ? { tone: 'attention' as const } : {})}>
      <div className={css.step}>
        <span>{w.steps[strength.nextStep]}</span>
        {steps[strength.nextStep]}
      </div>
    </Sheet>
  );
}
