import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import type { FileRead, Files, FileWrite } from '../../omega/ports/files.js';
import { makeDirectory } from './make-directory.js';
import { platformCode } from './platform-code.js';

/** The file system of the machine. */
export const systemFiles: Files = {
  async read(path: string, maxBytes: number): Promise<FileRead> {
    try {
      const file = await open(path, 'r');
      try {
        return await readStart(file, maxBytes);
      } finally {
        await file.close();
      }
    } catch (error) {
      return { kind: 'failed', reason: platformCode(error) };
    }
  },

  async writeAtomic(path: string, text: string): Promise<FileWrite> {
    try {
      await makeDirectory(dirname(path));
      await writeFileAtomic(path, text, { mode: 0o600 });
      return { kind: 'written' };
    } catch (error) {
      return { kind: 'failed', reason: platformCode(error) };
    }
  },
};

/** Reads one byte more than it may have, so as not to trust a size that a growing or special file does not tell. */
async function readStart(file: Pick<Awaited<ReturnType<typeof open>>, 'read'>, maxBytes: number): Promise<FileRead> {
  const buffer = Buffer.alloc(maxBytes + 1);
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length, null);
    if (bytesRead === 0) return { kind: 'read', text: buffer.toString('utf8', 0, length) };
    length += bytesRead;
  }
  return { kind: 'failed', reason: 'EFBIG' };
}
