import { messageOf } from '../../gossip/wire/decode.js';
import { messageFields } from '../../gossip/wire/encode.js';
import { isJsonObject, type JsonObject } from '../../gossip/wire/json.js';
import type { NodeInfo } from '../../gossip/wire/message.js';
import { MAX_WELCOME_MEMBERS, type WelcomeFrame } from '../frame.js';
import { extensionFields, readExtension } from './extension.js';
import { type Fields, readEntries, readFields } from './fields.js';

export function welcomeFields(welcome: WelcomeFrame): Fields {
  const timestampS = Math.floor((welcome.extension?.sentMs ?? 0) / 1000);
  const sync = { type: 'SYNC', from: welcome.parentId, timestampS, messageId: '' } as const;
  return {
    topology: welcome.topology.slice(0, MAX_WELCOME_MEMBERS).map((nodeInfo) => messageFields({ ...sync, nodeInfo })),
    your_position: { depth: welcome.depth, parent_id: welcome.parentId },
    x: extensionFields(welcome.extension),
  };
}

export function readWelcome(payload: JsonObject): WelcomeFrame | undefined {
  return readFields(payload, (fields) => {
    const topology = readEntries(fields.list('topology'), MAX_WELCOME_MEMBERS, nodeOf);
    const position = fields.required('your_position', (place) => ({
      parentId: place.id('parent_id'),
      depth: place.optionalCount('depth', Number.MAX_SAFE_INTEGER),
    }));
    return position && { type: 'welcome', ...position, topology, ...readExtension(fields) };
  });
}

function nodeOf(entry: unknown): NodeInfo | undefined {
  const result = isJsonObject(entry) ? messageOf(entry) : undefined;
  return result?.ok && result.message.type === 'SYNC' ? result.message.nodeInfo : undefined;
}
