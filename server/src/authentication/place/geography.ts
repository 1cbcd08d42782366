import { readFileSync, statSync } from 'node:fs';
import { Reader, type CityResponse } from 'maxmind';
import { minutes, monotonicMs } from '../../platform/clock/index.ts';
import type { Log } from '../../platform/log/index.ts';
import { plainAddress } from './place.ts';

/** City and country of an address, as a file that the administrator supplies says. No file, no answer; nothing is asked over the network. */
export interface Geography {
  probably(address: string): string | null;
}

export const noGeography: Geography = { probably: () => null };

/** How often the file is looked at: these files come anew every week or month. */
const lookEveryMs = minutes(10);

/**
 * Reads a GeoIP file (MaxMind DB format: GeoLite2, DB-IP, IPinfo). A file that is missing or broken costs the names of cities
 * and nothing else: signing in never waits for it.
 */
export function openGeography({ geoipFile, log }: { readonly geoipFile: string; readonly log: Pick<Log, 'warn' | 'info'> }): Geography {
  let reader: Reader<CityResponse> | null = null;
  let changedAt = 0;
  let lookedAt = Number.NEGATIVE_INFINITY;

  function look(): void {
    if (monotonicMs() - lookedAt < lookEveryMs) return;
    lookedAt = monotonicMs();
    try {
      const { mtimeMs } = statSync(geoipFile);
      if (mtimeMs === changedAt) return;
      changedAt = mtimeMs;
      reader = new Reader<CityResponse>(readFileSync(geoipFile));
      log.info({ file: geoipFile, kind: reader.metadata.databaseType, built: reader.metadata.buildEpoch }, 'the GeoIP file is read');
    } catch (error) {
      log.warn({ err: error, file: geoipFile }, 'the GeoIP file cannot be read; places are shown without city and country');
    }
  }

  return {
    probably(address) {
      look();
      try {
        const found = reader?.get(plainAddress(address));
        // A file may hold anything; what is no text is left out, and no name is longer than a line.
        const names = [found?.city?.names?.en, found?.country?.names?.en].filter((name): name is string => typeof name === 'string' && name !== '');
        return names.length > 0 ? names.join(', ').slice(0, 120) : null;
      } catch {
        return null;
      }
    },
  };
}
