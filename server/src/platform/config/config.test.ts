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
  [{ BAILIWICK_CERTIFICATE_PORT: '8443' }, /BAILIWICK_CERTIFICATE_PORT: needs BAILIWICK_CERTIFICATE_TLS_KEY_FILE and/],
  [{ BAILIWICK_CERTIFICATE_HEADER: 'Client-Cert' }, /needs BAILIWICK_TRUSTED_PROXIES/],
  [{ BAILIWICK_CERTIFICATE_HEADER: 'X_Cert', BAILIWICK_TRUSTED_PROXIES: '10.0.0.1' }, /letters, digits and dashes/],
  [{ BAILIWICK_CERTIFICATE_HEADER: 'Cookie', BAILIWICK_TRUSTED_PROXIES: '10.0.0.1' }, /means something else/],
  [{ BAILIWICK_CERTIFICATE_URL: 'https://card.example.com' }, /needs BAILIWICK_CERTIFICATE_PORT or/],
])('refuses to start on a wrong setting and says which: %j', (env, message) => {
  expect(() => loadConfig(env as unknown as Record<string, string>)).toThrow(ConfigError);
  expect(() => loadConfig(env as unknown as Record<string, string>)).toThrow(message);
});

it('names every wrong setting at once', () => {
  expect(() => loadConfig({ BAILIWICK_PORT: 'x', BAILIWICK_URL: 'ftp://x', BAILIWICK_X: '1' })).toThrow(/BAILIWICK_X[\s\S]*BAILIWICK_URL[\s\S]*BAILIWICK_PORT/);
});

it('the certificate door stands at its port, or where the proxy is, and nowhere unless asked for', () => {
  expect(loadConfig({}).certificateDoor).toBeNull();
  const own = loadConfig({ BAILIWICK_URL: 'https://id.example.com', BAILIWICK_CERTIFICATE_PORT: '8443', BAILIWICK_CERTIFICATE_TLS_KEY_FILE: '/k', BAILIWICK_CERTIFICATE_TLS_CERTIFICATE_FILE: '/c' });
  expect(own.certificateDoor).toMatchObject({ url: new URL('https://id.example.com:8443'), listener: { port: 8443, keyFile: '/k' }, header: null });
  const proxied = loadConfig({ BAILIWICK_URL: 'https://id.example.com', BAILIWICK_CERTIFICATE_HEADER: 'X-Client-Cert', BAILIWICK_TRUSTED_PROXIES: '10.0.0.1' });
  expect(proxied.certificateDoor).toMatchObject({ url: new URL('https://id.example.com'), listener: null, header: 'x-client-cert' });
});
