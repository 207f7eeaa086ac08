const BACKSLASH = 0x5c;

/** What begins or ends a string, an object or an array. */
const STRUCTURE = /["{}[\]]/g;
const SPACE = /[^ \t\n\r]/g;
const AFTER_SCALAR = /[,}\]\s]/g;

/**
 * The value of a member of a JSON object, exactly as it stands in the text of the object. Of members with the same name
 * it is the last, which is the one that `JSON.parse` takes. `undefined` where there is none. `text` has to be JSON that
 * is well formed: of other text the answer means nothing, but there is one.
 */
export function memberText(text: string, name: string): string | undefined {
  let found: string | undefined;
  let at = 0;
  // Between the members, and after the last, there is no quotation mark but that of the next name.
  for (let key = text.indexOf('"'); key !== -1; key = text.indexOf('"', at)) {
    const keyEnd = endOfString(text, key);
    const colon = text.indexOf(':', keyEnd);
    if (colon === -1) return found;
    const from = indexOf(SPACE, text, colon + 1);
    at = endOfValue(text, from);
    if (isName(text.slice(key, keyEnd), name)) found = text.slice(from, at);
  }
  return found;
}

/** Whether a JSON string, quotation marks included, stands for the name. */
function isName(literal: string, name: string): boolean {
  if (!literal.includes('\\')) return literal === `"${name}"`;
  try {
    return JSON.parse(literal) === name;
  } catch {
    return false;
  }
}

function endOfValue(text: string, from: number): number {
  const first = text[from];
  if (first === '"') return endOfString(text, from);
  if (first === '{' || first === '[') return endOfStructure(text, from);
  return indexOf(AFTER_SCALAR, text, from);
}

function endOfStructure(text: string, from: number): number {
  let depth = 0;
  let at = from;
  do {
    at = indexOf(STRUCTURE, text, at);
    const character = text[at];
    if (character === '"') {
      at = endOfString(text, at);
      continue;
    }
    depth += character === '{' || character === '[' ? 1 : -1;
    at++;
  } while (depth > 0 && at < text.length);
  return Math.min(at, text.length);
}

/** Where the string that begins at `from` ends: after the first quotation mark without an odd run of backslashes. */
function endOfString(text: string, from: number): number {
  for (let end = text.indexOf('"', from + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let before = end - 1;
    while (text.charCodeAt(before) === BACKSLASH) before--;
    if ((end - before) % 2 === 1) return end + 1;
  }
  return text.length;
}

/** Where the pattern next matches; the end where it does not. */
function indexOf(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.test(text) ? pattern.lastIndex - 1 : text.length;
}
