export const permissions = [
  'federation.client.read',
  'federation.client.add',
  'federation.client.change',
  'federation.client.rotate-secret',
  'federation.client.remove',
  'federation.participation.read',
  'federation.own.read',
  'federation.own.change',
  'federation.signing-key.rotate',
  'federation.participation.notify',
] as const;
