import { PROFILE_NAMES, PROFILES } from '../../gossip/membership/timing.js';
import { MAX_WIRE_TTL_S } from '../../gossip/wire/limits.js';
import { DEFAULT_ENCLAVE } from '../../gossip/wire/message.js';
import { duration, durationOrOff } from './duration.js';
import { advertisedHost, bindHost, peerList } from './hosts.js';
import { INBOUND_MODES, LOG_FORMATS, LOG_LEVELS, NETWORKS } from './node-config.js';
import { listeningPort, mebibytes, positiveNumber, wholeNumber } from './numbers.js';
import { documentUrl, domainName, publicKeyList, resolverList, rootListLine } from './omega-types.js';
import type { Option, SettingName, Settings } from './option.js';
import { choice, furtherSecret, identifier, path, pathList, secretText, yesNo } from './text.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Every option of a node. Flags, variables, file keys, help, completion and documentation follow from this table. */
export const OPTIONS: { readonly [Name in SettingName]: Option<Settings[Name]> } = {
  nodeId: {
    name: 'node-id',
    group: 'Identity',
    summary: 'Name of this node, unique in the cluster',
    type: identifier,
    fallback: undefined,
    unset: 'made up at each start',
  },
  address: {
    name: 'address',
    group: 'Identity',
    summary: 'Host under which other nodes reach this one',
    type: advertisedHost,
    fallback: 'localhost',
  },
  enclave: {
    name: 'enclave',
    group: 'Identity',
    summary: 'Enclave whose data this node holds',
    type: identifier,
    fallback: DEFAULT_ENCLAVE,
  },
  network: {
    name: 'network',
    group: 'Identity',
    summary: 'Network to belong to; a private one knows only its own peers',
    type: choice(NETWORKS, 'network'),
    fallback: 'public',
  },

  httpPort: {
    name: 'http-port',
    group: 'Network',
    summary: 'Port of the HTTP server; 0 lets the operating system choose',
    type: listeningPort,
    fallback: 8080,
  },
  gossipPort: {
    name: 'gossip-port',
    group: 'Network',
    summary: 'Port announced as gossip port to older nodes; nothing listens on it',
    type: listeningPort,
    fallback: 9090,
  },
  host: {
    name: 'host',
    group: 'Network',
    summary: 'Address to bind',
    type: bindHost,
    fallback: undefined,
    unset: 'every interface, IPv4 and IPv6',
  },
  peers: {
    name: 'peers',
    group: 'Network',
    summary: 'Seeds to join through, by their HTTP ports',
    type: peerList,
    fallback: [],
  },
  inbound: {
    name: 'inbound',
    group: 'Network',
    summary:
      'Whether other nodes can dial this one: true, false (it attaches to one over WebSocket), or auto: a seed tries',
    type: choice(INBOUND_MODES, 'mode'),
    fallback: 'auto',
  },
  maxChildren: {
    name: 'max-children',
    group: 'Network',
    summary: 'Most nodes behind NAT that may attach to this one; 0 = none',
    type: wholeNumber({ min: 0, max: 10_000 }),
    fallback: 100,
  },

  omegaDomain: {
    name: 'omega-domain',
    group: 'Discovery',
    summary: 'Domain whose TXT record at _bootstrap names the signed root list',
    type: domainName,
    fallback: undefined,
    unset: 'none',
  },
  omegaResolvers: {
    name: 'omega-resolver',
    group: 'Discovery',
    summary: 'DNS servers to ask for the root list',
    type: resolverList,
    fallback: undefined,
    unset: 'those of the machine',
  },
  omegaUrl: {
    name: 'omega-url',
    group: 'Discovery',
    summary: 'Document that holds the signed root list',
    type: documentUrl,
    fallback: undefined,
    unset: 'none',
  },
  omegaFile: {
    name: 'omega-file',
    group: 'Discovery',
    summary: 'File that holds the signed root list; it is read anew at each refresh',
    type: path('file'),
    fallback: undefined,
    unset: 'none',
  },
  omegaList: {
    name: 'omega-list',
    group: 'Discovery',
    summary: 'The signed root list itself',
    type: rootListLine,
    fallback: undefined,
    unset: 'none',
  },
  omegaPublicKeys: {
    name: 'omega-pubkey',
    group: 'Discovery',
    summary: 'Public keys any of which may have signed the root list: two while the key is changed',
    type: publicKeyList,
    fallback: [],
    unset: 'none',
  },
  omegaPublicKeyFile: {
    name: 'omega-pubkey-file',
    group: 'Discovery',
    summary: 'File that holds further such keys, one a line',
    type: path('file'),
    fallback: undefined,
    unset: 'none',
  },

  replication: {
    name: 'replication',
    group: 'Data',
    summary: 'Replicas a write counts on; quorum = floor(min(enclave nodes, replication) / 2) + 1',
    type: wholeNumber({ min: 1, max: 1000 }),
    fallback: 3,
  },
  minTtlSeconds: {
    name: 'min-ttl',
    group: 'Data',
    summary: 'Shortest lifetime of a value; a shorter TTL is raised to it',
    type: wholeNumber({ min: 1, max: MAX_WIRE_TTL_S }, { placeholder: 'seconds', what: 'whole seconds' }),
    fallback: 300,
  },
  maxTtlSeconds: {
    name: 'max-ttl',
    group: 'Data',
    summary: 'Longest lifetime of a value; a longer TTL is cut to it',
    type: wholeNumber({ min: 1, max: MAX_WIRE_TTL_S }, { placeholder: 'seconds', what: 'whole seconds' }),
    fallback: 86_400,
  },
  writeTimeoutMs: {
    name: 'write-timeout',
    group: 'Data',
    summary: 'How long a write waits for its quorum before it answers 202',
    type: duration({ min: 10, max: 10 * MINUTE }),
    fallback: 5 * SECOND,
  },
  maxStorageBytes: {
    name: 'max-storage-mb',
    group: 'Data',
    summary: 'Memory for values and their overhead, in MiB; 0 = unlimited',
    type: mebibytes({ min: 0, max: 1024 * 1024 }),
    fallback: 0,
  },
  repairBandwidth: {
    name: 'repair-bandwidth',
    group: 'Data',
    summary: 'Values a second that repair moves at most, each way, in MiB; 0 = unlimited',
    type: mebibytes({ min: 0, max: 1024 * 1024 }),
    fallback: 8 * 1024 * 1024,
  },

  profile: {
    name: 'profile',
    group: 'Membership',
    summary: 'Preset of the failure detector: lan for short round trips, wan for long ones, local for one machine',
    type: choice(PROFILE_NAMES, 'profile'),
    fallback: 'lan',
  },
  pingIntervalMs: {
    name: 'ping-interval',
    group: 'Membership',
    summary: 'Period in which one member is probed; left out, that of the profile',
    type: duration({ min: 100, max: 10 * MINUTE }),
    fallback: PROFILES.lan.periodMs,
  },
  pingTimeoutMs: {
    name: 'ping-timeout',
    group: 'Membership',
    summary:
      'How long a probed member has to answer; left out, that of the profile, or half of a shorter ping interval',
    type: duration({ min: 10, max: MINUTE }),
    fallback: PROFILES.lan.timeoutMs,
  },
  syncIntervalMs: {
    name: 'sync-interval',
    group: 'Membership',
    summary: 'Period of the topology exchange, and the least time between two answers to one peer',
    type: duration({ min: 100, max: HOUR }),
    fallback: 30 * SECOND,
  },
  recoveryIntervalMs: {
    name: 'recovery-interval',
    group: 'Membership',
    summary: 'Period in which a node that is alone looks for others anew',
    type: duration({ min: 100, max: HOUR }),
    fallback: 30 * SECOND,
  },

  clusterSecret: {
    name: 'cluster-secret',
    group: 'Limits and security',
    summary: 'Secret with which nodes sign their messages; never a flag, since process lists show flags',
    type: secretText,
    fallback: undefined,
    unset: 'none, messages are not signed',
    isSecret: true,
  },
  clusterSecretFile: {
    name: 'cluster-secret-file',
    group: 'Limits and security',
    summary: 'File that holds the cluster secret; one newline at its end is not part of it',
    type: path('file'),
    fallback: undefined,
    unset: 'none',
  },
  alsoAcceptSecrets: {
    name: 'also-accept-secret',
    group: 'Limits and security',
    summary: 'One more secret whose signatures count, while secrets are changed',
    type: furtherSecret,
    fallback: undefined,
    unset: 'none',
    isSecret: true,
  },
  alsoAcceptSecretFiles: {
    name: 'also-accept-secret-file',
    group: 'Limits and security',
    summary: 'Files that hold one more such secret each; with all others, a node takes at most 8',
    type: pathList,
    fallback: undefined,
    unset: 'none',
  },
  maxMessageAgeMs: {
    name: 'max-message-age',
    group: 'Limits and security',
    summary: 'With a cluster secret: how far the time of a message may be from this node’s clock',
    // Below, a message that is sent again after 5 s, and clocks a few seconds apart, would be refused.
    type: durationOrOff({ min: 10 * SECOND, max: 24 * HOUR }),
    fallback: 5 * MINUTE,
  },
  rateLimit: {
    name: 'rate-limit',
    group: 'Limits and security',
    summary: 'Requests per second from one client address; bursts of twice as many',
    type: positiveNumber(1_000_000),
    fallback: 100,
  },
  trustProxy: {
    name: 'trust-proxy',
    group: 'Limits and security',
    summary: 'Take the client address from X-Forwarded-For; only behind a proxy that sets it',
    type: yesNo,
    fallback: false,
  },

  logLevel: {
    name: 'log-level',
    group: 'Operation',
    summary: 'Least level that is logged',
    type: choice(LOG_LEVELS, 'level'),
    fallback: 'info',
  },
  logFormat: {
    name: 'log-format',
    group: 'Operation',
    summary: 'Format of the log; auto is pretty on a terminal and JSON elsewhere',
    type: choice(LOG_FORMATS, 'format'),
    fallback: 'auto',
  },
  cacheDir: {
    name: 'cache-dir',
    group: 'Operation',
    summary: 'Directory of what the node remembers between starts: the signed root list',
    type: path('directory'),
    fallback: undefined,
    unset: '~/.repram/cache, else /var/cache/repram',
  },
  drainTimeoutMs: {
    name: 'drain-timeout',
    group: 'Operation',
    summary: 'Upper limit of an orderly shutdown',
    type: duration({ min: 0, max: 10 * MINUTE }),
    fallback: 10 * SECOND,
  },
};

/** The fields of the table, in its order. */
export const SETTING_NAMES: readonly SettingName[] = Object.keys(OPTIONS) as SettingName[];
