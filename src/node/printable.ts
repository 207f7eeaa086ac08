// Control characters, what reorders text on a terminal, the line separators JSON leaves alone, and lone surrogates.
const UNPRINTABLE = /[\p{Cc}\p{Bidi_Control}\u2028\u2029\p{Cs}]/gu;

/** `text` as one line that cannot steer a terminal: characters that could are written as `\xNN` or `\uNNNN`. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

/** `text` printable, quoted, and cut after `limit` characters. */
export function quoted(text: string, limit = 100): string {
  return `"${printable(text.length > limit ? `${text.slice(0, limit)}…` : text)}"`;
}
