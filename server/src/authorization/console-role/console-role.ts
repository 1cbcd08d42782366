import type { PersonId } from '../../directory/index.ts';

export type ConsoleRoleName = 'administrator' | 'auditor' | 'help_desk';

export interface ConsoleRole {
  readonly personId: PersonId;
  readonly personName: string;
  readonly username: string;
  readonly status: 'staged' | 'active' | 'left';
  readonly role: ConsoleRoleName;
  readonly since: Date;
  readonly givenBy: string;
  readonly givenByName: string;
}

export const consoleRoleWords: Readonly<Record<ConsoleRoleName, string>> = { administrator: 'administrator', auditor: 'auditor', help_desk: 'help desk' };
