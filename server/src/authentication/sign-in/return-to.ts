/**
 * Where a sign-in leads afterwards: a path of ours, or the start page. Refuses every way of naming another origin
 * (`//host`, `/\host`, `https:`, control characters that browsers drop), which would make this page an open redirector.
 */
export function safeReturnTo(given: string | undefined, origin: string): string {
  if (given === undefined || given.length > 2_000 || !/^\/(?![/\\])[\x21-\x7e]*$/.test(given) || given.includes('\\')) return '/';
  const url = URL.parse(given, origin);
  if (!url || url.origin !== origin) return '/';
  // Coming back to the sign-in itself would go round in circles.
  if (/^\/(sign-in|sign-out|enrol|recover|set-up)(\/|$)/.test(url.pathname)) return '/';
  const path = url.pathname + url.search + url.hash;
  // `/.//host` is a path of ours until it is resolved: the dot goes, and what is left names another host.
  return path.startsWith('//') ? '/' : path;
}
