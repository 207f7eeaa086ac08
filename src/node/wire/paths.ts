/** Where a peer posts gossip messages, and asks to join (wire v1); and where it asks what this replica holds. */
export const MESSAGE_PATH = '/v1/gossip/message';
export const BOOTSTRAP_PATH = '/v1/bootstrap';
export const REPLICA_PATH = '/v1/replica';

/** Where a node that cannot be dialled attaches, over WebSocket (wire v1). */
export const TREE_PATH = '/v1/ws';
