import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { formatPrivateKey, formatPublicKey } from '../../../../omega/keys.js';
import { ed25519 } from '../../../omega/ed25519.js';
import { makeDirectory } from '../../../omega/make-directory.js';
import { platformCode } from '../../../omega/platform-code.js';
import { quoted } from '../../../printable.js';
import { EXIT } from '../../exit-codes.js';
import { type CliIo, say } from '../../io.js';

export interface KeygenFlags {
  readonly out: string;
}

/** `omega keygen`: a new private key into a file of its own, and the public key on stdout. */
export async function runKeygen(io: CliIo, { out }: KeygenFlags): Promise<number> {
  const seed = randomBytes(32);
  const keys = { seed, publicKey: ed25519.publicKeyOf(seed) };
  try {
    await makeDirectory(dirname(out));
    // `wx`: a key that is there may be the only copy.
    await writeFile(out, formatPrivateKey(keys), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (platformCode(error) !== 'EEXIST') {
      await say(
        io,
        `--out ${quoted(out)} cannot be written (${platformCode(error)}): it takes a file that is not there yet`,
      );
      return EXIT.failure;
    }
    await say(
      io,
      `${quoted(out)} exists and is not overwritten: it may be the only copy of a key; choose another --out`,
    );
    return EXIT.failure;
  }
  await io.stdout.write(`${formatPublicKey(keys.publicKey)}\n`);
  await say(io, `the private key is in ${quoted(out)}: keep it off the nodes, and a copy of it offline`);
  await say(io, 'the line on stdout is the public key: give it to every node as --omega-pubkey');
  return EXIT.ok;
}
