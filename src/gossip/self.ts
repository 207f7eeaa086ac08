import type { HostPort } from './address.js';
import type { BootstrapRequest } from './wire/bootstrap.js';
import type { NodeExtension, NodeInfo } from './wire/message.js';

/** What this node says about itself. */
export interface Self {
  readonly id: string;
  /** The advertised address: where others dial this node. */
  readonly address: HostPort;
  readonly gossipPort: number;
  readonly enclave: string;
  /** Rises, and only here: see `outdo` and `refute`. */
  incarnation: number;
  /** It has said, or is about to say, that it leaves: who tells others so is not contradicted. */
  leaving?: true;
  readonly instance: string;
  /** How often other instances of this node's id were outdone. Bounded by `MAX_CONTENDERS`; more are not contended with. */
  readonly contenders: Map<string, number>;
}

/** A process outdoes those before it, of which hardly more than one is remembered anywhere. */
const MAX_CONTENDERS = 8;

/**
 * By how much the incarnation is raised above that of another instance, the first time and the next ones. A former process
 * that refuted shortly before it ended is known by several incarnations, so it may have to be outdone again: in ever larger
 * steps, so that a few are enough for however many refutations.
 */
const RAISES: readonly number[] = [1, 16, 256, 4096];

/**
 * - `outdone`: the incarnation was raised.
 * - `rival`: the other instance was outdone as often as may be, and is ahead all the same: it is no former process but one
 *   that lives, and outdoes this one. Said once; from then on the two contend no more, and the one that is ahead is the
 *   member.
 * - `needless`: nothing is to be done.
 */
export type Outdoing = 'outdone' | 'rival' | 'needless';

/**
 * Raises the incarnation above one that others know of this node's id: that of a former process, whose clock was ahead
 * of this one's. It may go under this one's instance: a goodbye does not say whose it was, and one that comes late is put
 * down to the process that is known. Above the largest there is none; there the instances tell the two apart. Who leaves
 * outdoes nobody, and stays away.
 */
export function outdo(self: Self, known: NodeExtension): Outdoing {
  const { incarnation, instance } = known;
  const { contenders } = self;
  const isOwn = instance === self.instance && incarnation <= self.incarnation;
  if (self.leaving || isOwn || incarnation < self.incarnation) return 'needless';
  const times = contenders.get(instance) ?? 0;
  if (times > RAISES.length || (times === 0 && contenders.size >= MAX_CONTENDERS)) return 'needless';
  contenders.set(instance, times + 1);
  const raise = RAISES[times];
  if (raise === undefined) return 'rival';
  self.incarnation = Math.min(incarnation + raise, Number.MAX_SAFE_INTEGER);
  return 'outdone';
}

/**
 * Raises the incarnation above the one in which this node is accused, if it is the present one. An accusation of an earlier
 * one was refuted before; of a later one there can be none.
 */
export function refute(self: Self, incarnation: number): boolean {
  if (incarnation !== self.incarnation) return false;
  self.incarnation = Math.min(incarnation + 1, Number.MAX_SAFE_INTEGER);
  return true;
}

/** What an operator is told who gave one id to two nodes. */
export const RIVAL_WARNING = 'another node bears our node id: ids must be unique';

/** This node as others list it. */
export function selfInfo(self: Self): NodeInfo {
  return {
    id: self.id,
    address: self.address.host,
    port: self.gossipPort,
    httpPort: self.address.port,
    enclave: self.enclave,
    extension: { incarnation: self.incarnation, instance: self.instance },
  };
}

/** This node asking to join. */
export function selfBootstrapRequest(self: Self): BootstrapRequest {
  return {
    nodeId: self.id,
    address: self.address.host,
    gossipPort: self.gossipPort,
    httpPort: self.address.port,
    enclave: self.enclave,
    extension: { incarnation: self.incarnation, instance: self.instance },
  };
}
