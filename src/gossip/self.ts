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
  /** Rises, and only here: see `outdo`. */
  incarnation: number;
  readonly instance: string;
}

/**
 * Raises the incarnation above one that others know of this node's id: that of a former process, whose clock was ahead of
 * this one's. Whether that was needed; what cannot be outdone is left.
 */
export function outdo(self: Self, known: NodeExtension): boolean {
  const { incarnation, instance } = known;
  const isFormer = instance !== self.instance && incarnation >= self.incarnation;
  if (!isFormer || incarnation >= Number.MAX_SAFE_INTEGER) return false;
  self.incarnation = incarnation + 1;
  return true;
}

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
