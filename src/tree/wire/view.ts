import type { JsonObject } from '../../gossip/wire/json.js';
import { MAX_VIEW_MEMBERS, type ViewFrame } from '../frame.js';
import { candidateFields, readCandidate } from './candidate.js';
import { type Fields, readEntries, readFields } from './fields.js';

export function viewFields(view: ViewFrame): Fields {
  const members = view.members.slice(0, MAX_VIEW_MEMBERS).map((member) => candidateFields(member, 'plain'));
  return { basis: view.basis, members };
}

export function readView(payload: JsonObject): ViewFrame | undefined {
  return readFields(payload, (fields) => ({
    type: 'view',
    basis: fields.count('basis', Number.MAX_SAFE_INTEGER),
    members: readEntries(fields.list('members'), MAX_VIEW_MEMBERS, (entry) => readCandidate(entry, 'plain')),
  }));
}
