import { z } from 'zod';

/** What a node says of its root list, as on the wire. Nodes may add fields, states and codes. */
export interface RootListStatus {
  readonly state: string;
  readonly root: boolean;
  readonly trusted_keys: readonly string[];
  readonly list?:
    | { readonly expires_unix_seconds: number; readonly nodes: readonly string[]; readonly key: string }
    | undefined;
  readonly last_refresh_unix_seconds: number;
  readonly last_failure?: { readonly source: string; readonly code: string } | undefined;
  readonly [extra: string]: unknown;
}

/** `GET /v1/status`, as on the wire. Nodes may add fields. */
export interface NodeStatus {
  readonly status: string;
  readonly node_id: string;
  readonly network: string;
  readonly enclave: string;
  readonly uptime?: string | undefined;
  readonly memory?: Readonly<Record<string, unknown>> | undefined;
  /** Absent where no signed root list is configured, and on older nodes. */
  readonly omega?: RootListStatus | undefined;
  readonly [extra: string]: unknown;
}

interface TopologyPeer {
  readonly id: string;
  readonly address: string;
  readonly http_port: number;
  readonly enclave?: string | undefined;
  readonly [extra: string]: unknown;
}

/** `GET /v1/topology`, as on the wire. Nodes may add fields. */
export interface Topology {
  readonly node_id: string;
  readonly enclave: string;
  readonly peers: readonly TopologyPeer[];
  /** Absent on older nodes, as are the next two. */
  readonly role?: string | undefined;
  /** Whom a node is attached to that cannot be dialled. */
  readonly parent?: TopologyPeer | null | undefined;
  /** The nodes attached to this one. */
  readonly children?: readonly { readonly id: string; readonly enclave?: string | undefined }[] | undefined;
  readonly [extra: string]: unknown;
}

export interface KeysAnswer {
  readonly keys: readonly string[];
  readonly next_cursor?: string | undefined;
}

const unixSeconds = z.int().min(0);

const rootListStatus: z.ZodType<RootListStatus> = z.looseObject({
  state: z.string(),
  root: z.boolean(),
  trusted_keys: z.array(z.string()),
  list: z.looseObject({ expires_unix_seconds: unixSeconds, nodes: z.array(z.string()), key: z.string() }).optional(),
  last_refresh_unix_seconds: unixSeconds,
  last_failure: z.looseObject({ source: z.string(), code: z.string() }).optional(),
});

export const nodeStatus: z.ZodType<NodeStatus> = z.looseObject({
  status: z.string(),
  node_id: z.string(),
  network: z.string(),
  enclave: z.string(),
  uptime: z.string().optional(),
  memory: z.record(z.string(), z.unknown()).optional(),
  omega: rootListStatus.optional(),
});

// The Go node says null where a list is empty.
function listOf<T>(item: z.ZodType<T>): z.ZodType<T[]> {
  return z
    .array(item)
    .nullish()
    .transform((items) => items ?? []);
}

const topologyPeer: z.ZodType<TopologyPeer> = z.looseObject({
  id: z.string(),
  address: z.string(),
  http_port: z.number(),
  enclave: z.string().optional(),
});

export const topology: z.ZodType<Topology> = z.looseObject({
  node_id: z.string(),
  enclave: z.string(),
  peers: listOf(topologyPeer),
  role: z.string().optional(),
  parent: topologyPeer.nullish(),
  children: z.array(z.looseObject({ id: z.string(), enclave: z.string().optional() })).optional(),
});

export const keysAnswer: z.ZodType<KeysAnswer> = z.object({
  keys: listOf(z.string()),
  next_cursor: z.string().optional(),
});
