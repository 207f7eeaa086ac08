import { readFileSync } from 'node:fs';
import { RepramError } from '../../../../gossip/error.js';
import { FAULT_TEXT } from '../../../../omega/fault.js';
import { MAX_DOCUMENT_BYTES } from '../../../../omega/source.js';
import { isoTime } from '../../../omega/iso-time.js';
import { systemClock } from '../../../runtime/system-clock.js';
import { EXIT } from '../../exit-codes.js';
import { type CliIo, say } from '../../io.js';
import { type TrustFlags, verifierOf } from './trusted.js';

export interface VerifyFlags extends TrustFlags {
  readonly file?: string;
}

/** `omega verify`: whether a list would be taken by a node that trusts these keys, in one line. */
export async function runVerify(io: CliIo, given: string | undefined, flags: VerifyFlags): Promise<number> {
  const readFile = (path: string): string => readFileSync(path, 'utf8');
  const verifier = verifierOf(io, flags, readFile);
  if (verifier === undefined) {
    throw new RepramError('BAD_USAGE', 'give the key to verify by: --pubkey, --pubkey-file or REPRAM_OMEGA_PUBKEY');
  }
  const line = (await textOf(io, given, flags.file, readFile)).trim();
  const verdict = verifier.verify(line, systemClock.nowMs());
  if (!verdict.ok) {
    await say(io, `${verdict.code}: ${FAULT_TEXT[verdict.code]}`);
    return EXIT.failure;
  }
  const { roots, expiresS, key } = verdict.list;
  await io.stdout.write(`good: ${roots.length} roots, expires ${isoTime(expiresS)}, signed by ${key}\n`);
  return EXIT.ok;
}

async function textOf(
  io: CliIo,
  given: string | undefined,
  file: string | undefined,
  readFile: (path: string) => string,
): Promise<string> {
  if (given !== undefined && file !== undefined) throw new RepramError('BAD_USAGE', 'give a line or --file, not both');
  if (file !== undefined) return readFile(file);
  if (given !== undefined && given !== '-') return given;
  if (io.stdin.isTty && given === undefined)
    throw new RepramError('BAD_USAGE', 'give a line, --file FILE, or - for stdin');
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of io.stdin) {
    length += chunk.length;
    if (length > MAX_DOCUMENT_BYTES) throw new RepramError('BAD_USAGE', FAULT_TEXT.TOO_LONG);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
