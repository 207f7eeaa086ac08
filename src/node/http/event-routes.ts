import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../gossip/ports/clock.js';
import type { Counter, Metrics } from '../../gossip/ports/metrics.js';
import { Ticker } from '../../gossip/ticker.js';
import type { EventLog } from '../events/event-log.js';
import type { EventMember, GapEvent, HelloEvent, NodeEvent } from '../events/node-event.js';
import { clientAddress } from './client-address.js';
import { type EventQuery, eventQuery } from './event-query.js';
import { EventStream } from './event-stream.js';
import { BASE_HEADERS, corsHeaders, type RawHeaders } from './headers.js';
import { replyMethodNotAllowed, replyText } from './reply.js';
import { EVENT_STREAM_TYPE, formatEvent, formatRetry } from './sse.js';

export const EVENTS_PATH = '/v1/events';

/** Most readers at a time. */
export const MAX_EVENT_STREAMS = 64;

/** Most of them from one address. */
export const MAX_EVENT_STREAMS_PER_ADDRESS = 16;

/** Time between two heartbeats, in milliseconds: below what proxies take for an idle connection. */
export const HEARTBEAT_MS = 15_000;

/** How long a reader should wait before it comes back, in milliseconds. */
const RETRY_MS = 2000;

const ALLOW = 'GET, HEAD, OPTIONS';
const RETRY = ['Retry-After', '10'] as const;

const HEADERS: RawHeaders = [
  ...BASE_HEADERS,
  ...['Content-Type', EVENT_STREAM_TYPE],
  ...['Cache-Control', 'no-store'],
  // nginx would hold events back until its buffer is full.
  ...['X-Accel-Buffering', 'no'],
];

interface EventRoutesPorts {
  readonly clock: Clock;
  readonly metrics: Metrics;
}

interface EventRoutesParts {
  readonly nodeId: string;
  readonly events: EventLog;
  /** Who lives now. */
  readonly members: () => readonly EventMember[];
  readonly malformed: Counter;
  readonly trustProxy: boolean;
}

type GoodQuery = Extract<EventQuery, { readonly ok: true }>;

/** `GET /v1/events`: what happens, as server-sent events, directly on node:http for the sake of backpressure. */
export class EventRoutes {
  readonly #parts: EventRoutesParts;
  readonly #refused: Counter;
  readonly #dropped: Counter;
  readonly #heartbeat: Ticker;
  /** The address of each. Bounded by `MAX_EVENT_STREAMS`. */
  readonly #streams = new Map<EventStream, string>();

  constructor(ports: EventRoutesPorts, parts: EventRoutesParts) {
    const { clock, metrics } = ports;
    this.#parts = parts;
    this.#heartbeat = new Ticker(clock, HEARTBEAT_MS, () => this.#beat());
    this.#refused = metrics.counter('repram_event_streams_refused_total', 'Readers of events refused: too many.');
    this.#dropped = metrics.counter('repram_event_streams_dropped_total', 'Readers of events cut off: too slow.');
    metrics.gauge('repram_event_streams', 'Readers of events connected.', () => this.#streams.size);
    parts.events.subscribe((event) => this.#spread(event));
  }

  handle(req: IncomingMessage, res: ServerResponse, query: string): void {
    if (req.method !== 'GET' && req.method !== 'HEAD') return replyMethodNotAllowed(req, res, ALLOW);
    const asked = eventQuery(req, query);
    if (!asked.ok) {
      this.#parts.malformed.inc();
      return replyText(req, res, 400, asked.fault);
    }
    const address = clientAddress(req, this.#parts.trustProxy);
    const refusal = this.#refusalOf(address);
    if (refusal !== undefined) {
      this.#refused.inc();
      return replyText(req, res, 503, refusal, RETRY);
    }
    res.writeHead(200, [...HEADERS, ...corsHeaders(req.headers.origin)]);
    if (req.method === 'HEAD') return void res.end();
    this.#open(res, asked, address);
  }

  /** Ends every stream: its reader is to go elsewhere. */
  close(): void {
    for (const stream of this.#streams.keys()) stream.end();
  }

  #refusalOf(address: string): string | undefined {
    if (this.#streams.size >= MAX_EVENT_STREAMS) return `Too many readers of events: at most ${MAX_EVENT_STREAMS}`;
    let ofAddress = 0;
    for (const other of this.#streams.values()) if (other === address) ofAddress++;
    if (ofAddress < MAX_EVENT_STREAMS_PER_ADDRESS) return undefined;
    return `Too many readers of events at this address: at most ${MAX_EVENT_STREAMS_PER_ADDRESS}`;
  }

  #open(res: ServerResponse, asked: GoodQuery, address: string): void {
    const stream = new EventStream(res, asked.kinds, this.#opening(asked), () => this.#dropped.inc());
    this.#streams.set(stream, address);
    this.#heartbeat.start();
    res.once('close', () => {
      this.#streams.delete(stream);
      if (this.#streams.size === 0) this.#heartbeat.stop();
    });
  }

  /** Each part carries the id to come back with, should the stream end there. */
  #opening({ kinds, since }: GoodQuery): Buffer {
    const { events, nodeId, members } = this.#parts;
    const at = events.timestamp();
    const replay = events.after(since ?? events.lastId);
    const begin = since ?? replay.from;
    const hello: HelloEvent = { id: begin, at, kind: 'hello', node_id: nodeId, members: members() };
    const gap: GapEvent = { id: replay.from, at, kind: 'gap', after: begin };
    const missed = replay.events.filter(({ kind }) => kinds?.has(kind) ?? true);
    const isGapTold = replay.hasGap && since !== 0;
    return Buffer.concat([formatRetry(RETRY_MS), ...[hello, ...(isGapTold ? [gap] : []), ...missed].map(formatEvent)]);
  }

  #spread(event: NodeEvent): void {
    if (this.#streams.size === 0) return;
    const bytes = formatEvent(event);
    for (const stream of this.#streams.keys()) stream.offer(event.kind, bytes);
  }

  #beat(): void {
    for (const stream of this.#streams.keys()) stream.beat();
  }
}
