import { RepramError } from '../../../../gossip/error.js';
import { parsePublicKey } from '../../../../omega/keys.js';
import { RootListVerifier } from '../../../../omega/verify.js';
import { collectPublicKeys } from '../../../config/omega-keys.js';
import { publicKeyList } from '../../../config/omega-types.js';
import { ed25519 } from '../../../omega/ed25519.js';
import { quoted } from '../../../printable.js';
import type { CliIo } from '../../io.js';

/** The keys that a list is checked by. */
export interface TrustFlags {
  readonly pubkey?: string;
  readonly pubkeyFile?: string;
}

const KEY_VARIABLE = 'REPRAM_OMEGA_PUBKEY';
const FILE_VARIABLE = 'REPRAM_OMEGA_PUBKEY_FILE';

/** A verifier by the keys of the flags, else of the variables that a node reads; `undefined` where neither gives any. */
export function verifierOf(
  io: CliIo,
  flags: TrustFlags,
  readFile: (path: string) => string,
): RootListVerifier | undefined {
  const isFlagGiven = flags.pubkey !== undefined || flags.pubkeyFile !== undefined;
  const text = isFlagGiven ? flags.pubkey : io.env[KEY_VARIABLE];
  const path = (isFlagGiven ? flags.pubkeyFile : io.env[FILE_VARIABLE]) || undefined;
  const given = publicKeyList.parse(text ?? '');
  if (!given.ok) throw new RepramError('BAD_USAGE', `the public key: ${given.detail ?? 'is none'}`);
  const { keys, problems } = collectPublicKeys(given.value, path, 'the file of public keys', readFile);
  const [problem] = problems;
  if (problem !== undefined) throw new RepramError('BAD_USAGE', problem);
  const parsed = keys.map((key) => {
    const bytes = parsePublicKey(key, ed25519);
    if (bytes === undefined) throw new RepramError('BAD_USAGE', `${quoted(key)} is not an Ed25519 public key`);
    return bytes;
  });
  return parsed.length === 0 ? undefined : new RootListVerifier({ signatures: ed25519 }, { keys: parsed });
}
