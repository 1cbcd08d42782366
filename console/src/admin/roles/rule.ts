import type { BirthrightRule } from '../../api/authorization.ts';
import { words } from '../../words/index.ts';

/** A rule as people say it: `everybody whose department is Sales or Finance`. */
export function ruleInWords(rule: BirthrightRule | null): string {
  const w = words.roles;
  if (rule === null) return w.byHand;
  if (rule.all.length === 0) return w.rule.everybody;
  return w.rule.whose(rule.all.map((condition) => w.rule.is(w.attributes[condition.attribute], condition.isOneOf)));
}
