import { expect, it } from 'vitest';
import { ConfigError, loadConfig } from './index.ts';

it('starts with no settings at all, on localhost', () => {
  const config = loadConfig({});
  expect(config.url.href).toBe('http://localhost:8080/');
  expect(config.isSecure).toBe(false);
  expect(config.host).toBe('127.0.0.1');
});

it.each([
  [{ BAILIWICK_POTR: '80' }, /BAILIWICK_POTR is not a setting; known are/],
  [{ BAILIWICK_PORT: 'eighty' }, /BAILIWICK_PORT/],
  [{ BAILIWICK_PORT: '70000' }, /BAILIWICK_PORT/],
  [{ BAILIWICK_URL: 'http://id.example.com' }, /must begin with https:\/\//],
  [{ BAILIWICK_URL: 'https://id.example.com/path' }, /must have no path/],
  [{ DATABASE_URL: 'mysql://x' }, /must begin with postgresql:\/\//],
  [{ BAILIWICK_LOG_LEVEL: 'chatty' }, /BAILIWICK_LOG_LEVEL/],
])('refuses to start on a wrong setting and says which: %j', (env, message) => {
  expect(() => loadConfig(env as unknown as Record<string, string>)).toThrow(ConfigError);
  expect(() => loadConfig(env as unknown as Record<string, string>)).toThrow(message);
});

it('names every wrong setting at once', () => {
  expect(() => loadConfig({ BAILIWICK_PORT: 'x', BAILIWICK_URL: 'ftp://x', BAILIWICK_X: '1' })).toThrow(/BAILIWICK_X[\s\S]*BAILIWICK_URL[\s\S]*BAILIWICK_PORT/);
});
