import type { LinkCodec } from '../ports/link.js';
import type { Signer } from '../ports/signer.js';
import { CborCodec } from './cbor-codec.js';
import type { FrameCodec } from './codec.js';
import { JsonCodec } from './json-codec.js';

/** One codec of a kind serves all links: what it has encoded for one it need not encode for the next. */
export function createFrameCodec(kind: LinkCodec, signer: Signer): FrameCodec {
  return kind === 'cbor' ? new CborCodec(signer) : new JsonCodec(signer);
}
