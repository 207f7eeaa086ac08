import { spawnSync } from 'node:child_process';
import type { Place } from '../nodes/drill-node.js';

/** Addresses set aside for measurements (RFC 2544). The last one is this process. */
const SUBNET = '198.18.0';
const OWN = `${SUBNET}.254`;
const BRIDGE = 'drill-bridge';
const PORT = 8080;

/**
 * Every node in a network namespace of its own, all on one bridge that this process is on too. What is cut or lost is
 * dropped without a word, and never between a node and this process.
 */
export class NamespaceNetwork {
  readonly places: readonly Place[];

  /** Only inside namespaces of its own: nothing is taken down again. */
  constructor(count: number) {
    run(['ip', 'link', 'add', BRIDGE, 'type', 'bridge']);
    run(['ip', 'address', 'add', `${OWN}/24`, 'dev', BRIDGE]);
    run(['ip', 'link', 'set', BRIDGE, 'up']);
    this.places = Array.from({ length: count }, (_, index) => addPlace(index + 1));
  }

  /** From now on nothing gets from the ones to the others, or back. */
  cut(these: readonly Place[], those: readonly Place[]): void {
    const away = those.map(({ host }) => host).join(', ');
    for (const place of these) filter(place, `add element inet drill away { ${away} }`);
  }

  heal(): void {
    for (const place of this.places) filter(place, 'flush set inet drill away');
  }

  /** From now on each packet from one node to another is lost with this probability. */
  lose(percent: number): void {
    const rule = `ip saddr != ${OWN} iifname eth0 numgen random mod 100 < ${percent} drop`;
    for (const place of this.places) {
      filter(place, percent === 0 ? 'flush chain inet drill lossy' : `add rule inet drill lossy ${rule}`);
    }
  }
}

const RULES = `
table inet drill {
  set away { type ipv4_addr; }
  chain lossy { }
  chain in { type filter hook input priority 0; ip saddr @away drop; jump lossy; }
  chain out { type filter hook output priority 0; ip daddr @away drop; }
}`;

function addPlace(number: number): Place {
  const name = `drill-${number}`;
  const enter = ['nsenter', `--net=/run/netns/${name}`];
  const host = `${SUBNET}.${number}`;
  run(['ip', 'netns', 'add', name]);
  run(['ip', 'link', 'add', name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name]);
  run(['ip', 'link', 'set', name, 'master', BRIDGE, 'up']);
  run([...enter, 'ip', 'address', 'add', `${host}/24`, 'dev', 'eth0']);
  run([...enter, 'ip', 'link', 'set', 'eth0', 'up']);
  run([...enter, 'ip', 'link', 'set', 'lo', 'up']);
  const place = { host, port: PORT, enter };
  filter(place, RULES);
  return place;
}

function filter(place: Place, rules: string): void {
  run([...place.enter, 'nft', '-f', '-'], rules);
}

function run([command = '', ...args]: readonly string[], input = ''): void {
  const { status, stderr, error } = spawnSync(command, args, { input, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stderr.trim()}`);
}
