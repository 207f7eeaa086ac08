const FIRST_SURROGATE = 0xd800;
const AFTER_SURROGATES = 0xe000;
const SURROGATE_OR_ABOVE = /[\ud800-\uffff]/;

/** Orders well-formed strings as `<` does: by UTF-16 code unit. */
export function compareUnits(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/**
 * Orders well-formed strings by their UTF-8 bytes, which is by code point. Code units give the same order except where
 * two differing ones are both 0xD800 or above: surrogates stand for the code points that come last.
 */
export function compareUtf8(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let at = 0; at < shorter; at++) {
    const unitA = a.charCodeAt(at);
    const unitB = b.charCodeAt(at);
    if (unitA !== unitB) return rank(unitA) - rank(unitB);
  }
  return a.length - b.length;
}

/** Whether the two orders may disagree about `text`. They agree about any pair of which one is free of such units. */
export function needsUtf8Order(text: string): boolean {
  return SURROGATE_OR_ABOVE.test(text);
}

/** Moves the surrogates behind everything else. */
function rank(unit: number): number {
  if (unit < FIRST_SURROGATE) return unit;
  return unit < AFTER_SURROGATES ? unit + (0x10000 - FIRST_SURROGATE) : unit;
}
