export const permissions = [
  'federation.client.read',
  'federation.client.create',
  'federation.client.change',
  'federation.client.rotate-secret',
  'federation.client.remove',
  'federation.participation.read',
  'federation.own.read',
  'federation.own.change',
] as const;
