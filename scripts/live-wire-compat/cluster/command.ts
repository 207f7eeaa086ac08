import { UsageError } from '../usage.js';

/** The word for our own node, and what it stands for. */
export const OWN_WORD = 'ours';
export const OWN_COMMAND = 'node dist/node/cli/main.js';

export const PLACEHOLDERS = ['http_port', 'gossip_port', 'address', 'node_id', 'peers', 'enclave', 'secret'] as const;
export type Placeholder = (typeof PLACEHOLDERS)[number];
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

/** The words of a command, split as a shell would split words and quotes, with nothing expanded. */
export function commandOf(template: string): readonly string[] | UsageError {
  const words = template.match(/(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+/gs) ?? [];
  if (words.length === 0) return new UsageError('allowed is a command, such as "node dist/node/cli/main.js"');
  if (words.join('').length !== template.replace(/\s+(?=(?:[^"']|"[^"]*"|'[^']*')*$)/g, '').length) {
    return new UsageError('a quote is not closed');
  }
  const unknown = /\{([a-z_]+)\}/g;
  for (const [, name] of template.matchAll(unknown)) {
    if (!PLACEHOLDERS.some((placeholder) => placeholder === name)) {
      return new UsageError(`unknown {${name}}; allowed: ${PLACEHOLDERS.map((known) => `{${known}}`).join(' ')}`);
    }
  }
  return words.map(unquote);
}

export function substitute(words: readonly string[], values: Substitutions): readonly string[] {
  return words.map((word) =>
    PLACEHOLDERS.reduce((text, placeholder) => text.replaceAll(`{${placeholder}}`, values[placeholder]), word),
  );
}

function unquote(word: string): string {
  return word.replace(/\\(.)|"((?:[^"\\]|\\.)*)"|'([^']*)'/gs, (_all, escaped, double, single) => {
    if (typeof escaped === 'string') return escaped;
    if (typeof single === 'string') return single;
    return String(double).replace(/\\(.)/gs, '$1');
  });
}

/** The last path of the command without its folders: short, and telling enough for a list. */
function labelOf(template: string): string {
  const words = template.split(/\s+/).filter((word) => word !== '' && !word.startsWith('-') && !word.includes('='));
  const telling = words.find((word, index) => index > 0 && word.includes('/')) ?? words[0] ?? template;
  return telling.replace(/^.*\/(?=[^/]+\/?$)/, '');
}
