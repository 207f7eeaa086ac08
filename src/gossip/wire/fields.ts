import { MAX_ID_BYTES, MAX_KEY_BYTES, MAX_MESSAGE_ID_BYTES } from './limits.js';

const LONE_SURROGATE = /\p{Cs}/u;
const CONTROL_OR_LONE_SURROGATE = /[\p{Cc}\p{Cs}]/u;

/** Whether `text` takes at most `maxBytes` as UTF-8. */
export function fitsUtf8(text: string, maxBytes: number): boolean {
  // A UTF-16 unit takes at least one byte of UTF-8 and at most three.
  if (text.length * 3 <= maxBytes) return true;
  return text.length <= maxBytes && Buffer.byteLength(text) <= maxBytes;
}

/** Whether `value` can name a node, an enclave or an instance: short, not empty, no control characters. */
export function isName(value: unknown, maxBytes: number = MAX_ID_BYTES): value is string {
  return (
    typeof value === 'string' && value !== '' && fitsUtf8(value, maxBytes) && !CONTROL_OR_LONE_SURROGATE.test(value)
  );
}

/** Whether `value` can be a key: 1 to MAX_KEY_BYTES bytes, any character there is. */
export function isKey(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && fitsUtf8(value, MAX_KEY_BYTES) && !LONE_SURROGATE.test(value);
}

/** Whether `value` can be a message id. Nodes in the field put the key into it, so any character goes. */
export function isMessageId(value: unknown): value is string {
  return (
    typeof value === 'string' && value !== '' && fitsUtf8(value, MAX_MESSAGE_ID_BYTES) && !LONE_SURROGATE.test(value)
  );
}

/** Whether `value` is a whole number from 0 to `max`, itself at most Number.MAX_SAFE_INTEGER. */
export function isCount(value: unknown, max: number): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= max;
}
