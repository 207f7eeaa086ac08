import { FieldReader } from '../../gossip/wire/field-reader.js';
import { isJsonObject } from '../../gossip/wire/json.js';

/**
 * The fields of an object by their names on the wire, which are the same in every encoding; `undefined` stands for one
 * that is left out, and bytes are bytes.
 */
export type Fields = Readonly<Record<string, unknown>>;

/** What `read` makes of an object; `undefined` where it is none, or a field is wrong. */
export function readFields<T>(object: unknown, read: (fields: FieldReader) => T | undefined): T | undefined {
  if (!isJsonObject(object)) return undefined;
  const fields = new FieldReader(object);
  const result = read(fields);
  return fields.wrongField === undefined ? result : undefined;
}

/** The first `max` entries that `read` takes: what is malformed costs itself and not the list. */
export function readEntries<T>(
  entries: readonly unknown[],
  max: number,
  read: (entry: unknown) => T | undefined,
): readonly T[] {
  const taken: T[] = [];
  for (const entry of entries) {
    if (taken.length === max) break;
    const item = read(entry);
    if (item !== undefined) taken.push(item);
  }
  return taken;
}
