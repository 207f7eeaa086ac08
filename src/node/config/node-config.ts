import type { HostPort } from '../../gossip/address.js';
import type { ProfileName } from '../../gossip/membership/timing.js';

export const NETWORKS = ['public', 'private'] as const;
type Network = (typeof NETWORKS)[number];

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
type LogLevel = (typeof LOG_LEVELS)[number];

export const LOG_FORMATS = ['auto', 'json', 'pretty'] as const;
type LogFormat = (typeof LOG_FORMATS)[number];

export const INBOUND_MODES = ['auto', 'true', 'false'] as const;
type InboundMode = (typeof INBOUND_MODES)[number];

/** Everything a node is told before it starts, checked. */
export interface NodeConfig {
  /** Port of the HTTP server; 0 = the operating system chooses. */
  readonly httpPort: number;
  /** Carried for older nodes, never dialled. */
  readonly gossipPort: number;
  /** Address to bind, IPv6 without brackets; `undefined` = every interface, IPv4 and IPv6. */
  readonly host: string | undefined;
  /** Host under which other nodes dial this one, normalised. */
  readonly address: string;
  /** `undefined` = the node makes one up. */
  readonly nodeId: string | undefined;
  readonly network: Network;
  /** Seeds, in the order in which they are tried. At most 1000. */
  readonly peers: readonly HostPort[];
  readonly enclave: string;
  /** Domain whose DNS says where the signed root list is; `undefined` = DNS is not asked. */
  readonly omegaDomain: string | undefined;
  /** DNS servers by IP address; `undefined` = those of the machine. */
  readonly omegaResolvers: readonly HostPort[] | undefined;
  /** `http:` or `https:`, without credentials. */
  readonly omegaUrl: string | undefined;
  readonly omegaFile: string | undefined;
  /** Well formed; whether it verifies is not known yet. */
  readonly omegaList: string | undefined;
  /** Base64, each of 32 bytes, no two alike, those of the key file among them. Any of them may have signed the list. */
  readonly omegaPublicKeys: readonly string[];
  readonly omegaPublicKeyFile: string | undefined;
  /** Nodes of the enclave a write counts on. */
  readonly replication: number;
  readonly minTtlSeconds: number;
  readonly maxTtlSeconds: number;
  /** How long a write waits for its quorum. */
  readonly writeTimeoutMs: number;
  /** The first signs, each verifies; none = messages are not signed. At most `MAX_SECRETS`, no two alike. */
  readonly clusterSecrets: readonly string[];
  /** How far the time of a signed message may be from this node's clock; 0 = as far as it likes. */
  readonly maxMessageAgeMs: number;
  /** Requests per second and client address; a burst may be twice that. */
  readonly rateLimit: number;
  /** Whether the client address is read from the proxy's forwarding header. */
  readonly trustProxy: boolean;
  readonly logLevel: LogLevel;
  /** `auto` = pretty on a terminal, JSON elsewhere. */
  readonly logFormat: LogFormat;
  /** Bytes of stored values and their overhead; 0 = unlimited. */
  readonly maxStorageBytes: number;
  /** Bytes of entries a second that repair moves at most, each way; 0 = no limit. */
  readonly repairBandwidth: number;
  /** Whether other nodes can dial this one: else it attaches to one that can be dialled. `auto`: a seed finds out. */
  readonly inbound: InboundMode;
  /** Most nodes behind NAT that may attach; 0 = none. */
  readonly maxChildren: number;
  /** `undefined` = the default places. The signed root list is kept there. */
  readonly cacheDir: string | undefined;
  /** The failure detector's timing, but for what `pingIntervalMs` and `pingTimeoutMs` say. */
  readonly profile: ProfileName;
  readonly pingIntervalMs: number;
  readonly pingTimeoutMs: number;
  readonly syncIntervalMs: number;
  readonly recoveryIntervalMs: number;
  /** Upper limit of an orderly shutdown. */
  readonly drainTimeoutMs: number;
}

/** Where a value came from. `name` is the flag, the variable, `file:key`, or what it follows from. */
export interface Origin {
  readonly kind: 'flag' | 'environment' | 'file' | 'derived' | 'default';
  readonly name: string;
}

/** What is shown of a configuration: the secret that signs apart from those that are accepted besides. */
export type ShownField = Exclude<keyof NodeConfig, 'clusterSecrets'> | 'clusterSecret' | 'alsoAcceptSecrets';

export type Origins = { readonly [Field in ShownField]: Origin };
