import type { DialPeer, PeerLink } from './peer-link.js';

/**
 * Links to a peer over keep-alive HTTP/1.1. The HTTP client is loaded with the first peer: it is the largest part of a
 * node's start, and who is alone needs none.
 */
export const dialPeer: DialPeer = async (address, onLost): Promise<PeerLink> => {
  const { PeerConnections } = await import('./peer-connections.js');
  return new PeerConnections(address, onLost);
};
