import type { JsonObject } from '../../gossip/wire/json.js';
import { type GoodbyeFrame, MAX_ALTERNATIVES, MAX_REASON_CHARACTERS } from '../frame.js';
import { candidateFields, readCandidate } from './candidate.js';
import { type Fields, readEntries, readFields } from './fields.js';

/** Control characters, what reorders text on a terminal, the line separators JSON leaves alone, and lone surrogates. */
const UNPRINTABLE = /[\p{Cc}\p{Bidi_Control}\u2028\u2029\p{Cs}]/gu;

export function goodbyeFields(goodbye: GoodbyeFrame): Fields {
  return {
    reason: reasonOf(goodbye.reason),
    alternative_parents: goodbye.alternatives
      .slice(0, MAX_ALTERNATIVES)
      .map((candidate) => candidateFields(candidate, 'extension')),
  };
}

/**
 * One of the two fields has to be there: else the payload of any frame would be a goodbye, and the signature, which
 * does not cover the type, would be good for it.
 */
export function readGoodbye(payload: JsonObject): GoodbyeFrame | undefined {
  if ((payload['reason'] ?? payload['alternative_parents'] ?? undefined) === undefined) return undefined;
  return readFields(payload, (fields) => ({
    type: 'goodbye',
    reason: fields.parsed('reason', (value) => (typeof value === 'string' ? reasonOf(value) : undefined)) ?? '',
    alternatives: readEntries(fields.list('alternative_parents'), MAX_ALTERNATIVES, (entry) =>
      readCandidate(entry, 'extension'),
    ),
  }));
}

/** Cut, and without what could steer a terminal. */
function reasonOf(text: string): string {
  return text.slice(0, MAX_REASON_CHARACTERS).replace(UNPRINTABLE, '');
}
