import type { ActorId } from '../../platform/http/index.ts';

/** A person as the audit and permits name them. */
export const personActor = (personId: string): ActorId => `person:${personId}` as ActorId;
