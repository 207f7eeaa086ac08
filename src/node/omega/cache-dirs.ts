import { join } from 'node:path';
import { CACHE_FILE } from '../../omega/cache.js';
import type { NodeConfig } from '../config/node-config.js';

const SYSTEM_CACHE_DIR = '/var/cache/repram';

/** The cache files in the order in which they are tried: in the directory that is set, else at home, else system-wide. */
export function cachePaths({ cacheDir }: Pick<NodeConfig, 'cacheDir'>, home: string): readonly string[] {
  const atHome = home === '' ? [] : [join(home, '.repram', 'cache')];
  const directories = cacheDir === undefined ? [...atHome, SYSTEM_CACHE_DIR] : [cacheDir];
  return directories.map((directory) => join(directory, CACHE_FILE));
}
