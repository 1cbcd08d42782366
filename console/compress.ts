import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Plugin } from 'vite';

const brotli = promisify(brotliCompress);
const zip = promisify(gzip);

/** Writes `.br` and `.gz` beside every built text file, so that the server compresses nothing while people wait. */
export function compressed(folder: string): Plugin {
  return {
    name: 'bailiwick-compressed',
    apply: 'build',
    async closeBundle() {
      const assets = path.join(folder, 'assets-console');
      await Promise.all(
        readdirSync(assets)
          .filter((name) => /\.(js|css|svg)$/.test(name))
          .map(async (name) => {
            const content = readFileSync(path.join(assets, name));
            writeFileSync(path.join(assets, `${name}.br`), await brotli(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length } }));
            writeFileSync(path.join(assets, `${name}.gz`), await zip(content, { level: 9 }));
          }),
      );
    },
  };
}
