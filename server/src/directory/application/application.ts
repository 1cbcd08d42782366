import type { PersonId } from '../person/person.ts';

declare const application: unique symbol;

export type ApplicationId = string & { readonly [application]: true };
export const applicationId = (id: string): ApplicationId => id as ApplicationId;

export type ApplicationKind = 'scim' | 'postgres' | 'ldap' | 'manual' | 'fake' | 'oidc' | 'bailiwick';

export interface Application {
  readonly id: ApplicationId;
  readonly name: string;
  readonly kind: ApplicationKind;
  readonly description: string | null;
  readonly url: string | null;
  readonly icon: string | null;
  readonly ownerId: PersonId | null;
  readonly createdAt: Date;
  readonly removedAt: Date | null;
}

export interface NewApplication {
  readonly name: string;
  readonly kind: ApplicationKind;
  readonly description?: string | null | undefined;
  readonly url?: string | null | undefined;
  readonly icon?: string | null | undefined;
  readonly ownerId?: PersonId | null | undefined;
}

export type ApplicationChange = { readonly [K in 'name' | 'description' | 'url' | 'icon' | 'ownerId']?: Application[K] | undefined };
