import { UsageError } from '../../lib/usage.js';

/** The word for our own node, and what it stands for. */
export const OWN_WORD = 'ours';
export const OWN_COMMAND = 'node dist/node/cli/main.js';

export const PLACEHOLDERS = ['http_port', 'gossip_port', 'address', 'node_id', 'peers', 'enclave', 'secret'] as const;
type Placeholder = (typeof PLACEHOLDERS)[number];
export type Substitutions = Readonly<Record<Placeholder, string>>;

/** One implementation: how to start a node of it. */
export interface Kind {
  readonly label: string;
  readonly template: string;
  /** Whether it is this repository's node, which is held to everything. */
  readonly own: boolean;
}

export function kindOf(template: string): Kind {
  const own = template === OWN_WORD || template === OWN_COMMAND;
  return { label: own ? OWN_WORD : labelOf(template), template: own ? OWN_COMMAND : template, own };
}

/** White space, a plain run, an escaped character, a double-quoted run, a single-quoted run. */
const TOKEN = /(\s+)|([^\s"'\\]+)|\\(.)|"((?:[^"\\]|\\.)*)"|'([^']*)'/gsy;

/** The words of a command, split as a shell would split words and quotes, with nothing expanded. */
export function commandOf(template: string): readonly string[] | UsageError {
  const words = splitWords(template);
  if (words === undefined) return new UsageError('a quote is not closed');
  if (words.length === 0) return new UsageError('allowed is a command, such as "node dist/node/cli/main.js"');
  for (const [, name] of template.matchAll(/\{([a-z_]+)\}/g)) {
    if (!PLACEHOLDERS.some((placeholder) => placeholder === name)) {
      return new UsageError(`unknown {${name}}; allowed: ${PLACEHOLDERS.map((known) => `{${known}}`).join(' ')}`);
    }
  }
  return words;
}

/** Undefined where a quote is not closed or nothing follows a backslash. */
function splitWords(text: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let end = 0;
  for (const { 0: token, 1: space, 2: plain, 3: escaped, 4: double, 5: single } of text.matchAll(TOKEN)) {
    end += token.length;
    if (space === undefined) {
      word = (word ?? '') + (plain ?? escaped ?? single ?? (double ?? '').replace(/\\(.)/gs, '$1'));
    } else if (word !== undefined) {
      words.push(word);
      word = undefined;
    }
  }
  if (end !== text.length) return undefined;
  return word === undefined ? words : [...words, word];
}

/** One pass: what a value holds is not looked at again. */
export function substitute(words: readonly string[], values: Substitutions): readonly string[] {
  const placeholder = new RegExp(`\\{(${PLACEHOLDERS.join('|')})\\}`, 'g');
  return words.map((word) => word.replace(placeholder, (_all, name: Placeholder) => values[name]));
}

/** The last path of the command without its folders: short, and telling enough for a list. */
function labelOf(template: string): string {
  const words = template.split(/\s+/).filter((word) => word !== '' && !word.startsWith('-') && !word.includes('='));
  const telling = words.find((word, index) => index > 0 && word.includes('/')) ?? words[0] ?? template;
  return telling.replace(/^.*\/(?=[^/]+\/?$)/, '');
}
