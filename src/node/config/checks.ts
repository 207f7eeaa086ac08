import type { HostPort } from '../../gossip/address.js';
import type { NodeConfig, Origins } from './node-config.js';
import { formatValue, type SettingName } from './option.js';
import { OPTIONS } from './options.js';

type NumericField = 'minTtlSeconds' | 'maxTtlSeconds' | 'pingTimeoutMs' | 'pingIntervalMs';

/** Pairs of which the first must not be above the second. */
const ORDERED: readonly (readonly [NumericField, NumericField])[] = [
  ['minTtlSeconds', 'maxTtlSeconds'],
  ['pingTimeoutMs', 'pingIntervalMs'],
];

function described(field: NumericField, config: NodeConfig, origins: Origins): string {
  const option = OPTIONS[field];
  return `${option.name} ${formatValue(option, config[field])} (${origins[field].name})`;
}

/** What is wrong between options that are each fine alone. `faulty` names those that are not and are left out. */
export function crossFieldProblems(
  config: NodeConfig,
  origins: Origins,
  faulty: ReadonlySet<SettingName>,
): readonly string[] {
  const ordered = ORDERED.filter(
    ([low, high]) => !faulty.has(low) && !faulty.has(high) && config[low] > config[high],
  ).map(([low, high]) => `${described(low, config, origins)} must not be above ${described(high, config, origins)}`);
  return [...ordered, ...missingKeyProblems(config, origins, faulty)];
}

const ROOT_LIST_SOURCES = ['omegaDomain', 'omegaUrl', 'omegaFile', 'omegaList'] as const;

/** Whether the configuration says where a signed root list is. */
export function hasRootListSource(config: NodeConfig): boolean {
  return ROOT_LIST_SOURCES.some((name) => config[name] !== undefined);
}

/** A root list that nobody could verify. */
function missingKeyProblems(config: NodeConfig, origins: Origins, faulty: ReadonlySet<SettingName>): readonly string[] {
  const source = ROOT_LIST_SOURCES.find((name) => config[name] !== undefined);
  const isKeyGiven = config.omegaPublicKeys.length > 0 || config.omegaPublicKeyFile !== undefined;
  if (source === undefined || isKeyGiven || faulty.has('omegaPublicKeys') || faulty.has('omegaPublicKeyFile'))
    return [];
  return [
    `${origins[source].name} gives a signed root list, but there is no key to verify it by; ` +
      'set --omega-pubkey (REPRAM_OMEGA_PUBKEY) or --omega-pubkey-file',
  ];
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

/** What will start and is still probably not meant. */
export function likelyMistakes(config: NodeConfig): readonly string[] {
  const remote = config.peers.some((peer: HostPort) => !isLoopback(peer.host));
  const unreachable = remote && isLoopback(config.address);
  const isKeyIdle = config.omegaPublicKeys.length > 0 && !hasRootListSource(config);
  return [
    ...(isKeyIdle
      ? ['a key for the signed root list is given, but not where that list is, so it has no effect; set --omega-domain']
      : []),
    ...(unreachable ? [loopbackAdvice(config)] : []),
  ];
}

function loopbackAdvice(config: NodeConfig): string {
  return (
    `the peers are told to reach this node at ${config.address}, which on their machines is they themselves; ` +
    'set --address (REPRAM_ADDRESS) to a host they can dial'
  );
}
