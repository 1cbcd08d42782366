import type { EnrolmentPolicy, EnrolmentState, Forecast } from '../../api/enrolment.ts';
import type { ToneName } from '../../ui/tone.tsx';
import { day } from '../../ui/time.ts';
import { words } from '../../words/index.ts';

type Group = EnrolmentPolicy['audience']['anyOf'][number];

function groupInWords({ isAdministrator, departments, locations, employmentTypes, titles, roles }: Group): string {
  const w = words.enrolment.who;
  const parts = [
    ...(departments.length > 0 ? [w.in(departments)] : []),
    ...(locations.length > 0 ? [w.at(locations)] : []),
    ...(employmentTypes.length > 0 ? [w.employedAs(employmentTypes)] : []),
    ...(titles.length > 0 ? [w.titled(titles)] : []),
    ...(roles.length > 0 ? [w.inRole(roles.map((role) => role.name ?? w.roleGone))] : []),
  ];
  return [isAdministrator ? w.administrators : w.people, ...parts].join(' ');
}

/** `administrators and people in Engineering`. */
export const audienceInWords = ({ anyOf }: EnrolmentPolicy['audience']): string => (anyOf.length === 0 ? words.enrolment.who.nobody : words.enrolment.who.join([...new Set(anyOf.map(groupInWords))]));

export function wantInWords({ level, isPhishingResistant, without }: EnrolmentPolicy['want']): string {
  const w = words.enrolment;
  if (level === 3) return w.wants.hardware;
  if (isPhishingResistant) return w.wants.phishingResistant;
  return without.length > 0 ? w.wants.without(without.map((way) => w.ways[way])) : w.wants.level(level);
}

export function forecastInWords(forecast: Forecast, whole: number): string {
  const w = words.enrolment.forecast;
  if (whole === 0) return w.none;
  return forecast.is === 'day' ? w.day(day(forecast.day)) : w[forecast.is];
}

export const toneOf: Readonly<Record<EnrolmentState, ToneName>> = { 'draft': 'neutral', 'report-only': 'neutral', 'on': 'good', 'stopped': 'danger' };

/** Those who can be judged. */
export const wholeOf = ({ counts }: Pick<EnrolmentPolicy, 'counts'>): number => counts.whole - counts.cannotJudge;
