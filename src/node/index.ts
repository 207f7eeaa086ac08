export type { HostPort } from '../gossip/address.js';
export { RepramError, type RepramErrorCode } from '../gossip/error.js';
export type { Log, LogFields } from '../gossip/ports/log.js';
export { ApiClient } from './client/api-client.js';
export { createHttpRequest } from './client/http.js';
export type { NodeConfig } from './config/node-config.js';
export { defaultConfig } from './config/resolve.js';
export { type RunningNode, type StartOptions, startNode } from './node.js';
export { VERSION } from './version.js';
