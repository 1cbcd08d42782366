/** What the gate can be asked for in this domain. `own` permissions concern the person who asks; scope `self` is enough for them. */
export const permissions = [
  'authentication.own.read',
  'authentication.own.session.read',
  'authentication.own.session.end',
  'authentication.own.factor.read',
  'authentication.own.factor.change',
  'authentication.session.read',
  'authentication.session.end',
  'authentication.factor.read',
  'authentication.access-pass.issue',
  'authentication.api-token.read',
  'authentication.api-token.create',
  'authentication.api-token.end',
  'authentication.policy.read',
  'authentication.branding.read',
  'authentication.branding.change',
] as const;
