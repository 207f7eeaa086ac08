import { formatHostPort, type HostPort, parseHostPort } from '../../src/gossip/address.js';
import type { Entry } from '../../src/gossip/ports/store.js';
import type { UplinkWrite } from '../../src/gossip/ports/uplink.js';
import type { ExpiredKey, ReplicaOp, ReplicaRequest } from '../../src/gossip/replica/request.js';
import type { Self } from '../../src/gossip/self.js';
import type { NodeInfo, PutMessage } from '../../src/gossip/wire/message.js';
import { decodeReplicaRequest, encodeReplicaAnswer } from '../../src/gossip/wire/replica-codec.js';
import type { Candidate, Frame, FrameType, WelcomeFrame } from '../../src/tree/frame.js';
import type { DialOutcome, LinkCodec } from '../../src/tree/ports/link.js';
import { Transient, type TransientChange, type TransientOptions } from '../../src/tree/transient/transient.js';
import { entry } from './entries.js';
import { decodeFrame, encodeFrame, fakeFrameCodec } from './fake-frame-codec.js';
import { type Dial, FakeDialer, FakeLink } from './fake-link.js';
import { ReadableMetrics, RecordingLog, SeededRng } from './ports.js';
import { Replica } from './replica.js';
import { settle, VirtualClock } from './virtual-clock.js';

export const CHILD: Self = {
  id: 'child',
  address: { host: 'child.test', port: 8080 },
  gossipPort: 9090,
  enclave: 'default',
  incarnation: 1000,
  instance: 'aaaa',
  contenders: new Map(),
};

const OPTIONS: TransientOptions = {
  writeTimeoutMs: 5000,
  replication: 3,
  repairBandwidth: 0,
  answerTimeoutMs: 1000,
};

export function addressOf(id: string): HostPort {
  return { host: `${id}.test`, port: 8080 };
}

export function candidate(id: string, parts: Partial<Candidate> = {}): Candidate {
  return { id, address: `${id}.test`, httpPort: 8080, enclave: 'default', ...parts };
}

/** A substrate that a test plays, at `id.test:8080`. */
export class FakeSubstrate {
  readonly id: string;
  /** What comes of dialling it. */
  reach: 'open' | 'refused' | 'silent' = 'open';
  /** What it answers to a hello. */
  onHello: 'welcome' | 'goodbye' | 'silent' | 'close' | 'malformed' | 'unsigned' = 'welcome';
  isOurs = true;
  enclave = 'default';
  codec: LinkCodec = 'cbor';
  /** Basis of the view that follows the welcome; no view where it is undefined. */
  basis: number | undefined = 1;
  /** Other nodes that it lists. */
  members: readonly Candidate[] = [];
  /** Whom it names in a goodbye. */
  alternatives: readonly Candidate[] = [];
  reason = 'at capacity';
  /** In its welcome. */
  parentId: string;
  instance: string;
  /** Whether it acknowledges writes itself, at once. */
  acknowledges = false;
  /** What it holds, for questions of repair; without it, questions are not answered. */
  replica: Replica | undefined;
  readonly links: FakeLink[] = [];
  readonly #clock: VirtualClock;

  constructor(id: string, clock: VirtualClock) {
    this.id = id;
    this.parentId = id;
    this.instance = `${id}-process`;
    this.#clock = clock;
  }

  /** The last link to it. Throws where it has never been dialled. */
  get link(): FakeLink {
    const link = this.links.at(-1);
    if (link === undefined) throw new Error(`${this.id} was not dialled`);
    return link;
  }

  get openLinks(): readonly FakeLink[] {
    return this.links.filter((link) => link.isOpen);
  }

  /** What it was sent of one type, on all of its links, in order. */
  got<Type extends FrameType>(type: Type): Extract<Frame, { type: Type }>[] {
    const frames = this.links.flatMap(({ sent }) => sent.map(decodeFrame));
    return frames.filter((frame): frame is Extract<Frame, { type: Type }> => frame.type === type);
  }

  async dial({ signal, timeoutMs }: Dial): Promise<DialOutcome> {
    if (this.reach === 'refused') return { kind: 'refused' };
    if (this.reach === 'silent') {
      await this.#clock.sleep(timeoutMs, signal);
      return { kind: signal.aborted ? 'aborted' : 'timeout' };
    }
    const link = new FakeLink(`${this.id}.test`, this.codec);
    link.onSent = (data) => queueMicrotask(() => this.#heard(link, decodeFrame(data) as Frame));
    this.links.push(link);
    return { kind: 'open', link };
  }

  /** Sends a frame down its last link. */
  say(frame: Frame, link: FakeLink = this.link): void {
    link.deliver(encodeFrame(frame));
  }

  goodbye(reason = 'shutdown'): void {
    this.say({ type: 'goodbye', reason, alternatives: this.alternatives });
  }

  view(basis: number, members: readonly Candidate[] = this.members): void {
    this.say({ type: 'view', basis, members: [this.#own(), ...members] });
  }

  ack(messageId: string, from = this.id, link: FakeLink = this.link): void {
    const message = { type: 'ACK', from, timestampS: 1, messageId, to: 'child', key: 'k' } as const;
    this.say({ type: 'ack', message }, link);
  }

  put(message: PutMessage, link: FakeLink = this.link): void {
    this.say({ type: 'put', message }, link);
  }

  #heard(link: FakeLink, frame: Frame): void {
    if (frame.type === 'hello') this.#greeted(link);
    if (frame.type === 'put' && this.acknowledges) this.ack(frame.message.messageId, this.id, link);
    if (frame.type === 'ask' && this.replica !== undefined) this.#asked(link, frame, this.replica);
  }

  #greeted(link: FakeLink): void {
    if (this.onHello === 'close') link.end();
    if (this.onHello === 'malformed') link.deliver('?');
    if (this.onHello === 'unsigned') link.deliver('!');
    if (this.onHello === 'goodbye') {
      this.say({ type: 'goodbye', reason: this.reason, alternatives: this.alternatives }, link);
    }
    if (this.onHello !== 'welcome') return;
    this.say(this.welcome(), link);
    if (this.isOurs && this.basis !== undefined) {
      this.say({ type: 'view', basis: this.basis, members: [this.#own(), ...this.members] }, link);
    }
  }

  /** An older node does not list itself. */
  welcome(): WelcomeFrame {
    const listed = this.isOurs ? [this.#own(), ...this.members] : this.members;
    const extension = { incarnation: 1, instance: this.instance, sentMs: this.#clock.nowMs() };
    return {
      type: 'welcome',
      parentId: this.parentId,
      topology: listed.map(infoOf),
      depth: 1,
      ...(this.isOurs && { extension }),
    };
  }

  #own(): Candidate {
    return candidate(this.parentId, { address: `${this.id}.test`, enclave: this.enclave });
  }

  #asked(link: FakeLink, ask: Extract<Frame, { type: 'ask' }>, replica: Replica): void {
    const question = decodeQuestion(ask.body);
    const answer = { ...replica.answer(question), from: this.id, instance: this.instance, sentMs: 1 };
    this.say({ type: 'answer', id: ask.id, status: 'ok', body: encodeReplicaAnswer<ReplicaOp>(answer) }, link);
  }
}

function decodeQuestion(body: Uint8Array): ReplicaRequest {
  const result = decodeReplicaRequest(body);
  if (!result.ok) throw new Error(result.error);
  return result.request;
}

function infoOf({ id, address, httpPort, enclave }: Candidate): NodeInfo {
  return { id, address, port: 0, httpPort, enclave };
}

/** A write of the child under way. */
export interface Written {
  readonly messageId: string;
  readonly outcome: UplinkWrite | undefined;
}

/** One real transient among substrates that a test plays. */
export class TransientBench {
  readonly clock: VirtualClock = new VirtualClock();
  readonly metrics: ReadableMetrics = new ReadableMetrics();
  readonly log: RecordingLog = new RecordingLog();
  readonly dialer: FakeDialer = new FakeDialer(this.clock);
  /** What the child holds. */
  readonly replica: Replica = new Replica(this.clock);
  readonly received: PutMessage[] = [];
  readonly superseded: ExpiredKey[] = [];
  readonly changes: TransientChange[] = [];
  readonly transient: Transient;
  seeds: string[];
  /** When it has looked for newer seeds. */
  readonly looks: number[] = [];
  /** Whether the time of a welcome is near enough. */
  isTimely = true;
  readonly #substrates = new Map<string, FakeSubstrate>();
  #writes = 0;

  constructor(seeds: readonly string[] = ['a'], options: Partial<TransientOptions> & { readonly seed?: number } = {}) {
    const { clock, metrics, log, dialer } = this;
    const { seed = 7, ...rest } = options;
    this.seeds = [...seeds];
    dialer.onDial = (dial) => {
      const substrate = this.#substrates.get(formatHostPort(dial.address));
      return substrate?.dial(dial) ?? { kind: 'refused' };
    };
    const ports = { clock, metrics, log, dialer, rng: new SeededRng(seed), store: this.replica.store };
    this.transient = new Transient(
      ports,
      CHILD,
      { ...OPTIONS, ...rest },
      {
        replica: {
          receive: (put) => void this.received.push(put),
          adopt: this.replica.adopt,
          supersede: (expired) => void this.superseded.push(expired),
        },
        codecs: () => fakeFrameCodec,
        age: { admitsFrom: () => this.isTimely },
        lookForSeeds: () => void this.looks.push(this.clock.monotonicMs()),
        seeds: () => this.seeds.map((id) => parseHostPort(id) ?? addressOf(id)),
      },
    );
    this.transient.subscribe((change) => void this.changes.push(change));
  }

  /** The substrate of this id, which comes to be by being asked for. */
  at(id: string, parts: Partial<FakeSubstrate> = {}): FakeSubstrate {
    const name = formatHostPort(addressOf(id));
    const substrate = this.#substrates.get(name) ?? new FakeSubstrate(id, this.clock);
    this.#substrates.set(name, substrate);
    return Object.assign(substrate, parts);
  }

  get state(): string {
    return this.transient.status.state;
  }

  get parentId(): string | undefined {
    return this.transient.status.parent?.id;
  }

  /** All links of all substrates that this side has not closed. */
  get openLinks(): readonly FakeLink[] {
    return [...this.#substrates.values()].flatMap((substrate) => substrate.openLinks);
  }

  async start(): Promise<this> {
    this.transient.start();
    await settle();
    return this;
  }

  write(key = 'k', parts: { readonly bytes?: number; readonly ttlSeconds?: number } = {}): Written {
    const messageId = `w${++this.#writes}`;
    const held: Entry = entry(this.clock.nowMs(), {
      key,
      bytes: new Uint8Array(parts.bytes ?? 5),
      ttlSeconds: parts.ttlSeconds ?? 600,
    });
    const message: PutMessage = {
      type: 'PUT',
      from: CHILD.id,
      timestampS: 1,
      messageId,
      key,
      data: held.bytes,
      ttlSeconds: held.ttlSeconds,
    };
    const written: { messageId: string; outcome: UplinkWrite | undefined } = { messageId, outcome: undefined };
    void this.transient.write(message, held).then((outcome) => {
      written.outcome = outcome;
    });
    return written;
  }
}
