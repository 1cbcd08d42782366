export const permissions = [
  'authorization.role.read',
  'authorization.role.make',
  'authorization.role.change',
  'authorization.role.remove',
  'authorization.grant.read',
  'authorization.grant.give',
  'authorization.grant.end',
  'authorization.console-role.read',
  'authorization.console-role.give',
  'authorization.console-role.take',
  'authorization.own.read',
] as const;
