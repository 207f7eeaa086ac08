import type { Counter, Metrics } from './ports/metrics.js';
import type { Message } from './wire/message.js';

export type MessageCounters = Readonly<Record<Message['type'], Counter>>;

/** One series for each type of message. */
export function countMessages(metrics: Metrics, name: string, help: string): MessageCounters {
  const counter = (type: Message['type']) => metrics.counter(name, help, { type });
  return {
    PUT: counter('PUT'),
    ACK: counter('ACK'),
    PING: counter('PING'),
    PONG: counter('PONG'),
    SYNC: counter('SYNC'),
    LEAVE: counter('LEAVE'),
    NEWS: counter('NEWS'),
    PINGREQ: counter('PINGREQ'),
    PINGACK: counter('PINGACK'),
  };
}
