import type { HostPort } from '../../src/gossip/address.js';
import { Gossip, type GossipOptions } from '../../src/gossip/gossip.js';
import type { Member } from '../../src/gossip/membership/member.js';
import type { MemberEventKind } from '../../src/gossip/membership/member-event.js';
import { PROFILES } from '../../src/gossip/membership/timing.js';
import type { SendOutcome } from '../../src/gossip/ports/transport.js';
import type { Self } from '../../src/gossip/self.js';
import type { Message, NodeInfo, PutMessage } from '../../src/gossip/wire/message.js';
import { MemoryStore } from '../../src/node/store/memory-store.js';
import { ReadableMetrics, RecordingLog, SeededRng } from './ports.js';
import { ScriptedTransport } from './scripted-transport.js';
import { VirtualClock } from './virtual-clock.js';

/** The defaults of a running node. */
const GOSSIP_DEFAULTS: GossipOptions = {
  replication: 3,
  writeTimeoutMs: 5000,
  ttl: { minSeconds: 300, maxSeconds: 86_400 },
  timing: PROFILES.lan,
  localHealth: true,
  syncIntervalMs: 30_000,
  repairBandwidth: 16 * 1024 * 1024,
};

export const SELF: Self = {
  id: 'self',
  address: { host: 'self.test', port: 8080 },
  gossipPort: 9090,
  enclave: 'default',
  incarnation: 1000,
  instance: 'aaaa',
  contenders: new Map(),
};

/** A node `id` at `id.test:8080`; of this implementation where an incarnation is given. */
export function infoOf(id: string, parts: Partial<NodeInfo> & { readonly incarnation?: number } = {}): NodeInfo {
  const { incarnation, ...rest } = parts;
  const extension = incarnation === undefined ? {} : { extension: { incarnation, instance: `${id}${incarnation}` } };
  return { id, address: `${id}.test`, port: 9090, httpPort: 8080, enclave: 'default', ...extension, ...rest };
}

/** A write of another node. */
export function putOf(from: string, messageId: string, parts: Partial<PutMessage> = {}): PutMessage {
  const data = Uint8Array.from(Buffer.from('value'));
  return { type: 'PUT', from, timestampS: 1_795_215_340, messageId, key: 'k', data, ttlSeconds: 600, ...parts };
}

/** What a node of this implementation answers: 200, with the PONG or ACK where the message asks for one. */
export function answerOf(to: HostPort, message: Message): SendOutcome {
  const id = to.host.replace('.test', '');
  const base = { from: id, timestampS: message.timestampS, to: message.from };
  if (message.type === 'PING') return { kind: 'ok', reply: { type: 'PONG', messageId: `${id}-pong`, ...base } };
  if (message.type !== 'PUT' || !message.wantsReply) return { kind: 'ok' };
  return { kind: 'ok', reply: { type: 'ACK', messageId: message.messageId, key: message.key, ...base } };
}

/** One real node among peers that a test plays. Not started: time moves, and probes begin, as the test says. */
export class GossipBench {
  readonly clock: VirtualClock = new VirtualClock();
  readonly transport: ScriptedTransport = new ScriptedTransport(this.clock);
  readonly metrics: ReadableMetrics = new ReadableMetrics();
  readonly log: RecordingLog = new RecordingLog();
  readonly store: MemoryStore;
  readonly gossip: Gossip;
  readonly events: [MemberEventKind, string][] = [];

  constructor(options: Partial<GossipOptions> & { readonly maxBytes?: number } = {}) {
    const { clock, transport, metrics, log } = this;
    this.store = new MemoryStore({ clock, metrics, log }, { maxBytes: options.maxBytes ?? 0 });
    const ports = { clock, transport, metrics, log, rng: new SeededRng(7), store: this.store };
    this.gossip = new Gossip(ports, SELF, { ...GOSSIP_DEFAULTS, ...options });
    this.gossip.members.subscribe(({ kind, member }) => void this.events.push([kind, member.id]));
  }

  /** The member as the table holds it now. Throws where there is none. */
  member(id: string): Member {
    const member = this.gossip.members.get(id);
    if (member === undefined) throw new Error(`no member ${id}`);
    return { ...member };
  }

  /** Makes each a proven member, and forgets what was sent meanwhile. */
  async prove(...infos: readonly NodeInfo[]): Promise<void> {
    const { onSend } = this.transport;
    this.transport.onSend = answerOf;
    for (const info of infos) this.gossip.members.learn(info, 'direct');
    await this.clock.run(0);
    this.transport.onSend = onSend;
    this.transport.sent.length = 0;
    this.events.length = 0;
  }
}
