import { z } from 'zod';
import { type EventMember, isNodeEventKind, NODE_EVENTS, type StreamEvent } from '../events/node-event.js';

const eventMember: z.ZodType<EventMember> = z.looseObject({
  id: z.string(),
  address: z.string(),
  http_port: z.number(),
  enclave: z.string(),
  incarnation: z.number().optional(),
  state: z.string(),
});

const base = z.looseObject({ id: z.number(), at: z.string(), kind: z.string() });

/** What an event has to say, by what it is about. */
const DETAILS = {
  hello: z.looseObject({ node_id: z.string(), members: z.array(eventMember) }),
  gap: z.looseObject({ after: z.number() }),
  member: z.looseObject({ member: eventMember, cause: z.string().optional() }),
  child: z.looseObject({ child: z.looseObject({ id: z.string(), enclave: z.string() }), cause: z.string() }),
  parent: z.looseObject({
    parent: z.looseObject({ id: z.string(), address: z.string(), http_port: z.number() }),
    cause: z.string(),
    duration_ms: z.number().optional(),
  }),
  recovery: z.looseObject({ outcome: z.enum(['recovered', 'alone', 'stopped']) }),
  node: z.looseObject({}),
} as const;

function subjectOf(kind: string): keyof typeof DETAILS | undefined {
  if (kind === 'hello' || kind === 'gap') return kind;
  return isNodeEventKind(kind) ? NODE_EVENTS[kind] : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * The event in the data of a frame. `unknown`: of a kind that only a later version knows. `malformed`: no node says
 * such a thing.
 */
export function readEvent(data: string): StreamEvent | 'unknown' | 'malformed' {
  const event = base.safeParse(parsed(data));
  if (!event.success) return 'malformed';
  const subject = subjectOf(event.data.kind);
  if (subject === undefined) return 'unknown';
  return DETAILS[subject].safeParse(event.data).success ? (event.data as unknown as StreamEvent) : 'malformed';
}
