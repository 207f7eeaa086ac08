import { leafOf } from '../../src/gossip/repair/key-space.js';

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
const LEAF_SIZE = 2 ** 18;
const FIRST_SURROGATE = 0xd800;

/**
 * Keys that all belong to leaf 0, made as somebody would who wants to fill one leaf: the hash that divides keys has no
 * secret, and is undone here. The last UTF-16 unit of each key leads from where the others ended to one of the states
 * that the leaf consists of.
 */
export function keysOfLeafZero(count: number): readonly string[] {
  const byUpperHalf = new Map<number, number>();
  for (let finished = 0; finished < LEAF_SIZE; finished++) {
    const state = Math.imul(unmix(finished), inverse(FNV_PRIME));
    byUpperHalf.set(state >>> 16, state);
  }
  const keys: string[] = [];
  for (let i = 0; keys.length < count; i++) {
    const start = `crafted/${i}/`;
    const before = stateAfter(start);
    const state = byUpperHalf.get(before >>> 16);
    const unit = state === undefined ? FIRST_SURROGATE : (state ^ before) & 0xffff;
    if (unit > 0x7f && unit < FIRST_SURROGATE) keys.push(start + String.fromCharCode(unit));
  }
  if (keys.some((key) => leafOf(key) !== 0)) throw new Error('the hash of keys has changed');
  return keys;
}

function stateAfter(text: string): number {
  let state = FNV_OFFSET;
  for (let at = 0; at < text.length; at++) state = Math.imul(state ^ text.charCodeAt(at), FNV_PRIME);
  return state;
}

/** Undoes the finishing step of MurmurHash3. */
function unmix(finished: number): number {
  let mixed = finished ^ (finished >>> 16);
  mixed = Math.imul(mixed, inverse(0xc2b2ae35));
  mixed ^= (mixed >>> 13) ^ (mixed >>> 26);
  mixed = Math.imul(mixed, inverse(0x85ebca6b));
  return mixed ^ (mixed >>> 16);
}

/** The number that undoes a multiplication by an odd one, modulo 2^32 (Newton). */
function inverse(odd: number): number {
  let found = odd;
  for (let i = 0; i < 5; i++) found = Math.imul(found, 2 - Math.imul(odd, found));
  return found;
}
