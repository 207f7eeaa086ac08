export type { HostPort } from '../gossip/address.js';
export { RepramError, type RepramErrorCode } from '../gossip/error.js';
export type { Log, LogFields } from '../gossip/ports/log.js';
export type { KeyPage } from '../gossip/ports/store.js';
export type { NodeStatus, RootListStatus, Topology } from './client/answers.js';
export {
  ApiClient,
  type ApiClientOptions,
  type ApiClientPorts,
  type Consistency,
  type EventQuery,
  type KeyQuery,
  type PutResult,
  type StoredValue,
} from './client/api-client.js';
export {
  createHttpRequest,
  createHttpStreams,
  type HttpAnswer,
  type HttpCall,
  type HttpRequest,
  type HttpStream,
  type OpenHttpStream,
  type StreamCall,
} from './client/http.js';
export type { NodeConfig } from './config/node-config.js';
export { defaultConfig } from './config/resolve.js';
export type { NodeEventListener, NodeEvents, SubscribeOptions } from './events/event-log.js';
export {
  type EventMember,
  type GapEvent,
  type HelloEvent,
  NODE_EVENT_KINDS,
  type NodeEvent,
  type NodeEventKind,
  type StreamEvent,
} from './events/node-event.js';
export { type RunningNode, type StartOptions, startNode } from './node.js';
export { VERSION } from './version.js';
