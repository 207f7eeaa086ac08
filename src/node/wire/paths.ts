/** Where a peer posts gossip messages, and asks to join (wire v1). */
export const MESSAGE_PATH = '/v1/gossip/message';
export const BOOTSTRAP_PATH = '/v1/bootstrap';
