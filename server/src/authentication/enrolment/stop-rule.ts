import { hours, minutes } from '../../platform/clock/index.ts';

/** A policy looks back this far. */
export const stopWindowMs = hours(1);
/** Setting up a passkey takes a minute or two; whoever has no session after this long stands before the door. */
export const patienceMs = minutes(10);

/**
 * The drive stops itself when it keeps people out: more than three, and more than one in twenty of those who tried within the hour.
 * Three by themselves are somebody's forgotten telephone, in a firm of any size.
 */
export const isStopped = ({ keptOut, tried }: { readonly keptOut: number; readonly tried: number }): boolean => keptOut > Math.max(3, tried * 0.05);
