import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { connectorKinds } from './connector-kinds.ts';
import { ConnectorError } from './contract/connector-error.ts';

describe.each(Object.entries(connectorKinds))('the connect form of %s', (name, kind) => {
  test('explains every field, and can be rendered from its description', () => {
    expect(kind.kind).toBe(name);
    const { properties = {} } = z.toJSONSchema(kind.settings, { io: 'input' });
    expect(Object.keys(properties).length).toBeGreaterThan(0);
    for (const [field, shape] of Object.entries(properties)) {
      expect(shape, field).toMatchObject({ title: expect.stringMatching(/\S/) as string, description: expect.stringMatching(/\.$/) as string });
    }
    for (const secret of kind.secrets) expect(Object.keys(properties)).not.toContain(secret.name);
  });

  test('says which setting is wrong', () => {
    try {
      kind.build({ timeoutMs: 'soon', systemName: '' });
      expect.unreachable();
    } catch (fault) {
      expect(fault).toBeInstanceOf(ConnectorError);
      expect(fault).toMatchObject({ kind: 'config', message: expect.stringMatching(/`(timeoutMs|systemName)`/) as string });
    }
  });
});
