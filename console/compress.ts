import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Plugin } from 'vite';

/** Compressed JavaScript that the first page may load before it can be used, in bytes. */
const budget = 300_000;

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
      // What index.html asks for; the shell and the page of the address come on top, and are less.
      const entry = [...readFileSync(path.join(folder, 'index.html'), 'utf8').matchAll(/\/assets-console\/([^"]+\.js)/g)].map((match) => match[1]!);
      const weight = (name: string): number => statSync(path.join(assets, `${name}.gz`)).size;
      const first = entry.reduce((sum, name) => sum + weight(name), 0);
      this.info(`the entry is ${Math.round(first / 1_000)} kB of compressed JavaScript`);
      if (first > budget * 0.6) this.error(`the entry alone is ${first} bytes of compressed JavaScript; pages come on top, and ${budget} is the limit for both`);
    },
  };
}
