import { expect, it } from 'vitest';
import { safeReturnTo } from './return-to.ts';

const origin = 'https://id.example.com';

it.each(['/', '/admin/people?search=ana', '/oauth2/auth/abc123', '/admin#top'])('goes back to %s, a path of ours', (path) => {
  expect(safeReturnTo(path, origin)).toBe(path);
});

it.each(['https://evil.example', '//evil.example', '/.//evil.example', '/..//evil.example', '/x/..//evil.example', '/%2e//evil.example', '/\\evil.example', '/\t/evil.example', '\\/evil.example', 'javascript:alert(1)', '/..//evil.example\n', ' /x', '/a\\b', '/' + 'a'.repeat(3_000), '/sign-in?return_to=/x', '/sign-out', ''])('never leads to %s (open redirect)', (path) => {
  expect(safeReturnTo(path, origin)).toBe('/');
});

it('a path that resolves to another host is refused', () => {
  expect(safeReturnTo('/%2F/evil.example', origin)).toBe('/%2F/evil.example');
  expect(new URL(safeReturnTo('/%2F/evil.example', origin), origin).origin).toBe(origin);
});
