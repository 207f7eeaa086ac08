import type { IncomingMessage } from 'node:http';
import type { Counter, Metrics } from '../../gossip/ports/metrics.js';
import { isHostField } from './host-field.js';

/** Counts requests refused because their head cannot be what an honest client sends. */
export function countMalformed(metrics: Metrics): Counter {
  return metrics.counter('repram_malformed_requests_total', 'Requests refused: head, target or key is malformed.');
}

/**
 * What makes a request malformed that node:http lets through; `undefined` where nothing does. A proxy in front may read
 * such a request differently, so none is served (RFC 9112 sections 2.3, 3.2 and 6.1).
 */
export function requestFault(req: IncomingMessage): string | undefined {
  if (req.httpVersionMajor !== 1) return 'Unsupported HTTP version';
  const { host, 'transfer-encoding': coding } = req.headers;
  if (host === undefined ? req.httpVersionMinor > 0 : !isHostField(host)) return 'Bad Host header';
  if (countOf('host', req.rawHeaders) > 1) return 'More than one Host header';
  if (coding !== undefined && (coding.toLowerCase() !== 'chunked' || req.httpVersionMinor === 0)) {
    return 'Unsupported transfer coding';
  }
  return undefined;
}

function countOf(name: string, rawHeaders: readonly string[]): number {
  let count = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const found = rawHeaders[i];
    if (found?.length === name.length && found.toLowerCase() === name) count++;
  }
  return count;
}
