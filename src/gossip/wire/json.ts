import { textOf } from './utf8.js';

/** A JSON object nothing is known about yet. Its fields are the sender's, so read each through a validator. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Bounds on the text of a JSON object. */
export interface JsonBounds {
  readonly maxBytes: number;
  readonly maxValues: number;
}

const VALUE_OPENERS = ['[', '{', ','];

/**
 * Reads a JSON object from bytes. `undefined` where they exceed the bounds, or are not well-formed UTF-8 (RFC 8259
 * section 8.1), or not JSON, or JSON but not an object. Never throws.
 */
export function parseJsonObject(bytes: Uint8Array, bounds: JsonBounds): JsonObject | undefined {
  if (bytes.byteLength > bounds.maxBytes) return undefined;
  const text = textOf(bytes);
  return text === undefined ? undefined : parseJsonText(text, bounds.maxValues);
}

/** The same from text, whose length the caller bounds. */
export function parseJsonText(text: string, maxValues: number): JsonObject | undefined {
  if (!countsAtMost(text, maxValues)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Whether a JSON text holds at most `maxValues` values, nested ones included. Every value but the first follows a comma
 * or an opening bracket, so counting those characters, in strings too, errs only upwards. It must come before `JSON.parse`,
 * which takes seconds over ten megabytes of opening brackets.
 */
function countsAtMost(text: string, maxValues: number): boolean {
  if (text.length <= maxValues) return true;
  let count = 1;
  for (const opener of VALUE_OPENERS) {
    for (let at = text.indexOf(opener); at !== -1; at = text.indexOf(opener, at + 1)) {
      if (++count > maxValues) return false;
    }
  }
  return true;
}
