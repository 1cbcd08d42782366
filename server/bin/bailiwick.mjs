#!/usr/bin/env node
// The `bailiwick` command, under Node 24 whatever Node is outside.
import { become } from '../../tools/node.mjs';
import { fileURLToPath } from 'node:url';

try {
  become([fileURLToPath(new URL('../src/cli/bailiwick.ts', import.meta.url)), ...process.argv.slice(2)]);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
