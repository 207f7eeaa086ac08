import { homedir } from 'node:os';
import { formatHostPort, type HostPort } from '../../gossip/address.js';
import { RepramError } from '../../gossip/error.js';
import type { Clock } from '../../gossip/ports/clock.js';
import type { Log } from '../../gossip/ports/log.js';
import type { Metrics } from '../../gossip/ports/metrics.js';
import type { Rng } from '../../gossip/ports/rng.js';
import { RootListCache } from '../../omega/cache.js';
import { RootListHolder } from '../../omega/holder.js';
import { parsePublicKey } from '../../omega/keys.js';
import type { Files } from '../../omega/ports/files.js';
import type { HttpGet } from '../../omega/ports/http-get.js';
import type { Resolver } from '../../omega/ports/resolver.js';
import { RootRefresher } from '../../omega/refresher.js';
import { RootStatus } from '../../omega/root-status.js';
import { seldom } from '../../omega/seldom.js';
import type { RootListSource } from '../../omega/source.js';
import { SourceRound } from '../../omega/source-round.js';
import { DnsSource, FileSource, InlineSource, UrlSource } from '../../omega/sources.js';
import type { OmegaStatus } from '../../omega/status.js';
import { RootListVerifier } from '../../omega/verify.js';
import type { NodeConfig } from '../config/node-config.js';
import { quoted } from '../printable.js';
import { cachePaths } from './cache-dirs.js';
import { DnsResolver } from './dns-resolver.js';
import { ed25519 } from './ed25519.js';
import { httpGet } from './http-get.js';
import { systemFiles } from './system-files.js';

/** What decides about the root list. */
export type OmegaConfig = Pick<
  NodeConfig,
  | 'network'
  | 'peers'
  | 'cacheDir'
  | 'omegaDomain'
  | 'omegaResolvers'
  | 'omegaUrl'
  | 'omegaFile'
  | 'omegaList'
  | 'omegaPublicKeys'
>;

export interface OmegaPorts {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Each takes the place of the machine's own. */
  readonly resolver?: Resolver;
  readonly http?: HttpGet;
  readonly files?: Files;
  readonly home?: string;
}

/** A node's way to the network by signed root lists. */
export interface Omega {
  /** Resolves when there is a list that may be used, or the first refresh has failed. Never rejects. */
  start(): Promise<void>;
  stop(): void;
  /** Looks for a newer list at once; resolves when a refresh that began after the call has ended. */
  trigger(): Promise<void>;
  /** `listener` is called when another list is taken. */
  subscribe(listener: () => void): void;
  /** The seeds as they are now. Empty where no list counts and none are given by hand. */
  seeds(): readonly HostPort[];
  /** Whether a bootstrap request may be answered: on a public network, by roots alone; others answer 403. */
  admitsJoiners(): boolean;
  status(): OmegaStatus;
}

/** Least time between two looks for a newer list that are due to joiners who were turned away, in milliseconds. */
const ASKED_PAUSE_MS = 30_000;

/**
 * Wires the root list of one node, or says in the log why it has none: without a source there is nothing to verify.
 *
 * @throws RepramError `BAD_CONFIG` where a source is given and no key, or a key is none
 */
export function createOmega(config: OmegaConfig, self: HostPort, ports: OmegaPorts): Omega | undefined {
  const files = ports.files ?? systemFiles;
  const sources = sourcesOf(config, { ...ports, files });
  if (sources.length === 0) {
    tellAbsence(config, ports.log);
    return undefined;
  }
  const verifier = new RootListVerifier({ signatures: ed25519 }, { keys: keysOf(config) });
  const holder = new RootListHolder(ports);
  const cache = new RootListCache({ ...ports, files }, { paths: cachePaths(config, ports.home ?? homedir()) });
  const round = new SourceRound(ports, { sources, verifier, holder });
  const root = new RootStatus(ports, self, { holder });
  const refresher = new RootRefresher(ports, { verifier, holder, round, cache });
  // Whoever asks may have a newer list than this node, one that names it.
  const lookAgain = seldom(ports.clock, ASKED_PAUSE_MS, () => void refresher.trigger());
  tellPeersGiven(config, ports.log);
  return {
    start: () => refresher.start(),
    stop: () => refresher.stop(),
    trigger: () => refresher.trigger(),
    subscribe: (listener) => holder.subscribe(() => listener()),
    seeds: () => seedsOf(config, holder.current()?.roots ?? []),
    admitsJoiners: () => {
      const isAdmitted = config.network === 'private' || root.isRoot();
      if (!isAdmitted) lookAgain();
      return isAdmitted;
    },
    status: () => statusOf(config, { holder, root, refresher, round }),
  };
}

/** By the order in which help lists them. */
function sourcesOf(
  config: OmegaConfig,
  ports: Pick<OmegaPorts, 'resolver' | 'http'> & { readonly files: Files },
): readonly RootListSource[] {
  const { omegaDomain: domain, omegaUrl: url, omegaFile: path, omegaList: text } = config;
  const sources: RootListSource[] = [];
  if (domain !== undefined) {
    const resolver = ports.resolver ?? new DnsResolver({ servers: config.omegaResolvers ?? [] });
    sources.push(new DnsSource({ resolver }, { domain }));
  }
  if (url !== undefined) {
    const { origin, pathname } = new URL(url);
    // A query may carry what not everybody who reads the log should know.
    sources.push(new UrlSource({ http: ports.http ?? httpGet }, { url, shown: origin + pathname }));
  }
  if (path !== undefined) sources.push(new FileSource(ports, { path }));
  if (text !== undefined) sources.push(new InlineSource({ text }));
  return sources;
}

function keysOf({ omegaPublicKeys }: OmegaConfig): readonly Uint8Array[] {
  if (omegaPublicKeys.length === 0) {
    throw new RepramError('BAD_CONFIG', 'a root list is configured and no key to verify it by; set --omega-pubkey');
  }
  return omegaPublicKeys.map((text) => {
    const key = parsePublicKey(text, ed25519);
    if (key === undefined) throw new RepramError('BAD_CONFIG', `--omega-pubkey: ${quoted(text)} is not an Ed25519 key`);
    return key;
  });
}

/** Seeds given by hand win on a public network, as they do on older nodes; on a private one they are asked first. */
function seedsOf({ network, peers }: OmegaConfig, roots: readonly HostPort[]): readonly HostPort[] {
  if (peers.length === 0) return roots;
  if (network === 'public') return peers;
  const known = new Set(peers.map(formatHostPort));
  return [...peers, ...roots.filter((root) => !known.has(formatHostPort(root)))];
}

function tellPeersGiven({ network, peers }: OmegaConfig, log: Log): void {
  if (network === 'public' && peers.length > 0) {
    log.warn('the peers given by hand are used instead of the signed root list; leave out --peers to use the list');
  }
}

function tellAbsence({ network, peers }: OmegaConfig, log: Log): void {
  if (network !== 'public') return;
  log.info(
    peers.length > 0
      ? 'no signed root list is configured: this node joins through the peers given by hand'
      : 'no signed root list and no peers are configured: this node knows nobody; set --omega-domain and ' +
          '--omega-pubkey, or --peers',
  );
}

interface StatusParts {
  readonly holder: RootListHolder;
  readonly root: RootStatus;
  readonly refresher: RootRefresher;
  readonly round: SourceRound;
}

function statusOf({ omegaPublicKeys }: OmegaConfig, { holder, root, refresher, round }: StatusParts): OmegaStatus {
  const { newest: list } = holder;
  const failure = round.lastFailure;
  return {
    state: holder.state(),
    root: root.isRoot(),
    trusted_keys: omegaPublicKeys,
    ...(list !== undefined && {
      list: { version: list.version, expires_unix_seconds: list.expiresS, nodes: list.nodes, key: list.key },
    }),
    last_refresh_unix_seconds: refresher.lastRefreshS,
    ...(failure !== undefined && { last_failure: failure }),
  };
}
