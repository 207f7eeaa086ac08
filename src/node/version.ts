import { createRequire } from 'node:module';

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };

/** The version of this package, which nodes name in `X-REPRAM-Node`. */
export const VERSION: string = version;
