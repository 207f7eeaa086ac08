import { formatHostPort, parseHostPort } from '../../../gossip/address.js';

/** Nodes to be listed, in the one spelling that is signed, each once; or the first text that names none. */
export type NodeNames =
  | { readonly ok: true; readonly nodes: readonly string[] }
  | { readonly ok: false; readonly bad: string };

/** Reads `host:port`, separated by commas, spaces or newlines; `#` begins a comment. */
export function readNodeNames(text: string): NodeNames {
  const words = text
    .replace(/#.*/g, '')
    .split(/[\s,]+/)
    .filter((word) => word !== '');
  const nodes = new Set<string>();
  for (const word of words) {
    const address = parseHostPort(word);
    if (address === undefined) return { ok: false, bad: word };
    nodes.add(formatHostPort(address));
  }
  return { ok: true, nodes: [...nodes] };
}
