import type { StreamEvent } from '../events/node-event.js';

/** The media type of server-sent events (HTML Living Standard, section 9.2). */
export const EVENT_STREAM_TYPE = 'text/event-stream';

/** Tells a proxy, and a reader that listens only, that the stream lives. */
export const HEARTBEAT: Buffer = Buffer.from(': heartbeat\n\n');

/** One event on the wire. JSON has no line breaks of its own, so the data is one line. */
export function formatEvent(event: StreamEvent): Buffer {
  return Buffer.from(`id: ${event.id}\nevent: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`);
}

/** How long a reader should wait before it comes back, in milliseconds. */
export function formatRetry(ms: number): Buffer {
  return Buffer.from(`retry: ${ms}\n\n`);
}
