import type { FieldReader } from '../../gossip/wire/field-reader.js';
import { hostOnTheWire } from '../../gossip/wire/node-info.js';
import type { Candidate } from '../frame.js';
import { type Fields, readFields } from './fields.js';

/** In an alternative, which older nodes read, `room` is under `x`; in a view it is a field like the others. */
type RoomPlace = 'extension' | 'plain';

export function candidateFields(candidate: Candidate, place: RoomPlace): Fields {
  const { room } = candidate;
  return {
    id: candidate.id,
    address: hostOnTheWire(candidate.address),
    http_port: candidate.httpPort,
    enclave: candidate.enclave,
    ...(room !== undefined && (place === 'plain' ? { room } : { x: { room } })),
  };
}

/** `undefined` where the entry is malformed: a node in the field names `{"enclave":"default"}` (recorded). */
export function readCandidate(entry: unknown, place: RoomPlace): Candidate | undefined {
  return readFields(entry, (fields) => ({
    id: fields.id('id'),
    address: fields.host('address'),
    httpPort: fields.port('http_port'),
    enclave: fields.enclave('enclave'),
    ...(place === 'plain' ? readRoom(fields) : fields.optional('x', readRoom)),
  }));
}

function readRoom(fields: FieldReader): { readonly room?: number } {
  const room = fields.parsed('room', () => fields.count('room', Number.MAX_SAFE_INTEGER));
  return room === undefined ? {} : { room };
}
