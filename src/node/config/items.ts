import type { HostPort } from '../../gossip/address.js';
import { quoted } from '../printable.js';
import { accept, type Parsed, refuse } from './value-type.js';

/** The items of a comma-separated list. Empty items and white space around items are skipped. */
export function itemsOf(text: string): readonly string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** Reads a list of at most `max` addresses; `wanted` says what an item that is none should have been. */
export function parseAddresses(
  text: string,
  max: number,
  wanted: string,
  parse: (item: string) => HostPort | undefined,
): Parsed<readonly HostPort[]> {
  const items = itemsOf(text);
  if (items.length > max) return refuse(`it has ${items.length} items`);
  const addresses: HostPort[] = [];
  for (const item of items) {
    const address = parse(item);
    if (address === undefined) return refuse(`${quoted(item)} is not ${wanted}`);
    addresses.push(address);
  }
  return accept(addresses);
}
