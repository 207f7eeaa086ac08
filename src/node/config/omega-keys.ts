import { MAX_TRUSTED_KEYS } from '../../omega/keys.js';
import { quoted } from '../printable.js';
import { type ReadFile, reasonOf } from './file.js';
import { publicKeyList } from './omega-types.js';

export interface CollectedKeys {
  readonly keys: readonly string[];
  readonly problems: readonly string[];
}

/** The trusted keys: those given, and those of the file, one a line; `#` begins a comment. */
export function collectPublicKeys(
  given: readonly string[],
  path: string | undefined,
  place: string,
  readFile: ReadFile,
): CollectedKeys {
  if (path === undefined) return { keys: given, problems: [] };
  const failed = (why: string): CollectedKeys => ({ keys: given, problems: [`${place}: ${why}`] });
  let text: string;
  try {
    text = readFile(path);
  } catch (error) {
    return failed(`cannot read ${quoted(path)}: ${reasonOf(error)}`);
  }
  const lines = text.split('\n').map((line) => line.replace(/#.*/, '').trim());
  const parsed = publicKeyList.parse(lines.join(','));
  if (!parsed.ok) return failed(`${quoted(path)} is no list of public keys: ${parsed.detail ?? 'it cannot be read'}`);
  if (parsed.value.length === 0) return failed(`${quoted(path)} holds no key`);
  const keys = [...new Set([...given, ...parsed.value])];
  return keys.length > MAX_TRUSTED_KEYS
    ? failed(`${keys.length} keys are given; a node trusts at most ${MAX_TRUSTED_KEYS}`)
    : { keys, problems: [] };
}
