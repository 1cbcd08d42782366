/** Every permission of this domain, `<domain>.<noun>.<verb>`. */
export const permissions = [
  'lifecycle.hr-feed.read',
  'lifecycle.hr-feed.change',
  'lifecycle.hr-import.read',
  'lifecycle.hr-import.upload',
  'lifecycle.hr-import.map',
  'lifecycle.hr-import.apply',
  'lifecycle.hr-import.refuse',
] as const;
