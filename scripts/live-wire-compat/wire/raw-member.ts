const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]/gs;
const DEPTHS: Readonly<Record<string, number>> = { '{': 1, '[': 1, '}': -1, ']': -1 };

/** Longer text is not looked through: no check reads a signature of one. */
const MAX_CHARACTERS = 1024 * 1024;

/** The value of a member of a JSON object as it stands in the text, which has to be JSON; undefined where there is none. */
export function rawMember(text: string, name: string): string | undefined {
  for (const [literal, value] of members(text)) {
    if (JSON.parse(literal) === name) return value;
  }
  return undefined;
}

/** The name and the value of each member, both as they stand. */
function* members(text: string): Iterable<readonly [string, string]> {
  if (text.length > MAX_CHARACTERS) return;
  let name = '';
  let from: number | undefined;
  for (const { token, index } of outermost(text)) {
    if (token === ':') from = index + 1;
    else if (token.startsWith('"')) name = from === undefined ? token : name;
    else if (from !== undefined) {
      yield [name, text.slice(from, index).trim()];
      from = undefined;
    }
  }
}

/** The tokens of the object itself: those of nested ones are left out, as is the bracket it begins with. */
function* outermost(text: string): Iterable<{ readonly token: string; readonly index: number }> {
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    const change = DEPTHS[token] ?? 0;
    if (depth === 1 && change <= 0) yield { token, index };
    depth += change;
  }
}
