// `npm start`: on a fresh clone as well as on a running house. Under any Node from 20 on, with nothing installed.
import path from 'node:path';
import { prepare } from './install.mjs';
import { become, root } from './node.mjs';

await prepare({ needsConsole: true });
become([path.join(root, 'server/src/main.ts'), ...process.argv.slice(2)]);
