import { MAX_ID_BYTES } from '../../gossip/wire/limits.js';
import { itemsOf } from './items.js';
import { accept, type Completion, refuse, type ValueType } from './value-type.js';

const CONTROL = /\p{Cc}/u;
const YES = ['true', '1', 'yes'];
const NO = ['false', '0', 'no'];

/** One of a fixed set of words, in any case. */
export function choice<const T extends string>(words: readonly T[], placeholder: string): ValueType<T> {
  return {
    placeholder,
    allowed: `one of ${words.join(', ')}`,
    parse: (text) => {
      const wanted = text.trim().toLowerCase();
      const word = words.find((candidate) => candidate === wanted);
      return word === undefined ? refuse() : accept(word);
    },
    format: (word) => word,
    completion: words,
  };
}

export const yesNo: ValueType<boolean> = {
  placeholder: 'boolean',
  allowed: 'true or false (also 1, 0, yes, no)',
  parse: (text) => {
    const word = text.trim().toLowerCase();
    if (YES.includes(word)) return accept(true);
    return NO.includes(word) ? accept(false) : refuse();
  },
  format: String,
  completion: ['true', 'false'],
  isSwitch: true,
};

/** A node id or enclave name: what the wire allows. */
export const identifier: ValueType<string> = {
  placeholder: 'name',
  allowed: `1 to ${MAX_ID_BYTES} bytes of text without control characters`,
  parse: (text) => {
    if (CONTROL.test(text)) return refuse('it contains a control character');
    const bytes = Buffer.byteLength(text);
    if (bytes > MAX_ID_BYTES) return refuse(`it has ${bytes} bytes`);
    return bytes === 0 ? refuse() : accept(text);
  },
  format: (text) => text,
};

/** A path in the file system, as given. */
export function path(completion: Completion & string): ValueType<string> {
  return {
    placeholder: completion,
    allowed: `the path of a ${completion}`,
    parse: (text) => (text === '' || text.includes('\0') ? refuse() : accept(text)),
    format: (text) => text,
    completion,
  };
}

/** Paths in the file system, as given. A comma ends a path. */
export const pathList: ValueType<readonly string[]> = {
  placeholder: 'file,…',
  allowed: 'a comma-separated list of paths of files',
  parse: (text) => {
    const paths = itemsOf(text);
    return paths.length === 0 || text.includes('\0') ? refuse() : accept(paths);
  },
  format: (paths) => paths.join(','),
  completion: 'file',
  isList: true,
};

/** Text that is never shown. */
export const secretText: ValueType<string> = {
  placeholder: 'secret',
  allowed: 'a text that is not empty (leave it out to run without a secret)',
  parse: (text) => (text === '' ? refuse('it is empty') : accept(text)),
  format: () => '(secret)',
};

/** One text that is never shown, taken as it is: a comma in it separates nothing. */
export const furtherSecret: ValueType<readonly string[]> = {
  placeholder: 'secret',
  allowed: 'a text that is not empty (leave it out where there is none)',
  parse: (text) => (text === '' ? refuse('it is empty') : accept([text])),
  format: (secrets) => secrets.map(secretText.format).join(','),
};
