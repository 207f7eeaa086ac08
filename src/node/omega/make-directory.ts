import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { platformCode } from './platform-code.js';

/**
 * Makes a directory, for its owner alone, and those above it. The platform's own way does not end where a directory above
 * cannot be made and says that it does not exist, as in /proc.
 */
export async function makeDirectory(path: string): Promise<void> {
  const isMade = await tryMake(path);
  if (isMade) return;
  const above = dirname(path);
  if (above !== path) await makeDirectory(above);
  if (!(await tryMake(path))) throw Object.assign(new Error(`${path} cannot be made`), { code: 'ENOENT' });
}

/** Whether it is there now; false where what is above it is not. */
async function tryMake(path: string): Promise<boolean> {
  try {
    await mkdir(path, { mode: 0o700 });
    return true;
  } catch (error) {
    const code = platformCode(error);
    if (code === 'EEXIST') return true;
    if (code === 'ENOENT') return false;
    throw error;
  }
}
