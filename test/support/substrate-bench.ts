import type { ReadOutcome } from '../../src/gossip/replica/quorum-reader.js';
import type { ReplicaAnswer, ReplicaRequest } from '../../src/gossip/replica/request.js';
import type { AckMessage, NodeInfo, PutMessage } from '../../src/gossip/wire/message.js';
import type { HelloFrame } from '../../src/tree/frame.js';
import type { LinkCodec } from '../../src/tree/ports/link.js';
import type { Mesh, RelayOutcome } from '../../src/tree/ports/mesh.js';
import { Substrate, type SubstrateEvent } from '../../src/tree/substrate/substrate.js';
import { FakeCodec, FakeLink } from './fake-link-substrate.js';
import { infoOf, SELF } from './gossip-bench.js';
import { ReadableMetrics, RecordingLog, SeededRng } from './ports.js';
import { StallingClock } from './stalling-clock.js';

interface Relayed {
  readonly put: PutMessage;
  readonly enclave: string;
  readonly onAck: (ack: AckMessage) => void;
}

/** The members around the substrate, as the test wants them. */
export class FakeMesh implements Mesh {
  members: NodeInfo[] = [];
  readonly rooms = new Map<string, number>();
  readonly relayed: Relayed[] = [];
  relayOutcome: RelayOutcome = 'held';
  answerOf: (request: ReplicaRequest) => ReplicaAnswer | undefined = () => undefined;
  readOf: (key: string) => Promise<ReadOutcome> = () => Promise.resolve({ kind: 'absent' });

  relay(put: PutMessage, enclave: string, onAck: (ack: AckMessage) => void): RelayOutcome {
    this.relayed.push({ put, enclave, onAck });
    return this.relayOutcome;
  }

  isLiveMember(id: string): boolean {
    return this.members.some((member) => member.id === id);
  }

  nodes(): readonly NodeInfo[] {
    return [infoOf(SELF.id, { incarnation: SELF.incarnation }), ...this.members];
  }

  basis(enclave: string): number {
    return this.nodes().filter((node) => node.enclave === enclave).length;
  }

  roomOf(id: string): number | undefined {
    return this.rooms.get(id);
  }

  answer(request: ReplicaRequest): ReplicaAnswer | undefined {
    return this.answerOf(request);
  }

  read(key: string): Promise<ReadOutcome> {
    return this.readOf(key);
  }
}

interface BenchOptions {
  readonly maxChildren?: number;
  readonly areSigned?: boolean;
  readonly seed?: number;
}

/** A real substrate among children and members that the test plays. */
export class SubstrateBench {
  readonly clock = new StallingClock();
  readonly metrics = new ReadableMetrics();
  readonly log = new RecordingLog();
  readonly codec = new FakeCodec();
  readonly mesh = new FakeMesh();
  readonly events: SubstrateEvent[] = [];
  readonly substrate: Substrate;
  /** Whether a time that a hello names is near enough. */
  isRecent = true;
  /** Every socket that was opened. */
  readonly links: FakeLink[] = [];

  constructor(options: BenchOptions = {}) {
    const { clock, metrics, log, mesh } = this;
    const ports = { clock, metrics, log, rng: new SeededRng(options.seed ?? 5) };
    this.substrate = new Substrate(
      ports,
      SELF,
      { maxChildren: options.maxChildren ?? 100 },
      {
        mesh,
        codecs: () => this.codec,
        age: { admitsFrom: () => this.isRecent },
        areSigned: options.areSigned ?? false,
      },
    );
    this.substrate.subscribe((event) => void this.events.push(event));
  }

  /** A socket that has said nothing. */
  open(parts: { readonly codec?: LinkCodec; readonly remote?: string } = {}): FakeLink {
    const link = new FakeLink(this.codec, () => this.clock.monotonicMs(), parts);
    this.links.push(link);
    this.substrate.accept(link);
    return link;
  }

  /** A socket that has said hello. */
  greet(id: string, parts: Parameters<typeof helloOf>[1] = {}): FakeLink {
    const link = this.open();
    link.receive(helloOf(id, parts));
    return link;
  }

  /** The ids of the children there are. */
  get ids(): string[] {
    return this.substrate.children.map((child) => child.id);
  }

  /** Those of the events as `kind id cause`. */
  get story(): string[] {
    return this.events.map(({ kind, child, cause }) => `${kind} ${child.id} ${cause}`);
  }

  /** Every socket that was closed or terminated is gone by now. */
  endClosed(): void {
    for (const link of this.links) if (link.ending !== undefined) link.end();
  }

  /** Everybody is alive for so long: each second, a byte comes from each. */
  live(ms: number): void {
    for (let left = ms; left > 0; left -= 1000) {
      for (const link of this.links) if (link.ending === undefined) link.trickle();
      this.clock.advance(Math.min(1000, left));
    }
  }
}

let processes = 0;

/** A hello of another process each time, unless its instance is given. */
export function helloOf(
  id: string,
  parts: Partial<HelloFrame> & { readonly foreign?: true; readonly instance?: string } = {},
): HelloFrame {
  const { foreign, instance = `${id}-${++processes}`, ...rest } = parts;
  const extension = { incarnation: 1, instance, sentMs: 1_795_215_340_000 };
  return {
    type: 'hello',
    nodeId: id,
    enclave: 'default',
    address: 'child.test',
    httpPort: 8080,
    inbound: false,
    ...(!foreign && { extension }),
    ...rest,
  };
}
