import type { HostPort } from '../../src/gossip/address.js';
import type { CloseCode, DialOutcome, Link, LinkDialer } from '../../src/tree/ports/link.js';
import { TreeManager } from '../../src/tree/tree-manager.js';
import { GossipBench, SELF } from './gossip-bench.js';
import { SeededRng } from './ports.js';

/** One end of a link of the field's frames, whose other end the test plays. It has ended once it is closed. */
export class TextLink implements Link {
  readonly codec = 'json';
  readonly remote = '192.0.2.1:1';
  bytesReceived = 0;
  readonly bytesQueued = 0;
  onMessage: Link['onMessage'];
  onPong: Link['onPong'];
  onClose: Link['onClose'];
  /** What was sent, oldest first. */
  readonly sent: { readonly type: string; readonly payload: Readonly<Record<string, unknown>> }[] = [];
  code: CloseCode | 'terminated' | undefined;

  send(data: string | Uint8Array): void {
    if (this.code === undefined) this.sent.push(JSON.parse(String(data)));
  }

  ping(): void {
    this.bytesReceived++;
  }

  close(code: CloseCode): void {
    this.#end(code);
  }

  terminate(): void {
    this.#end('terminated');
  }

  /** A frame comes in. */
  receive(type: string, payload: Readonly<Record<string, unknown>>): void {
    const text = JSON.stringify({ type, payload });
    this.bytesReceived += text.length;
    this.onMessage?.(text);
  }

  /** The payloads of the frames of one type. */
  of(type: string): Readonly<Record<string, unknown>>[] {
    return this.sent.filter((frame) => frame.type === type).map(({ payload }) => payload);
  }

  #end(code: CloseCode | 'terminated'): void {
    if (this.code !== undefined) return;
    this.code = code;
    queueMicrotask(() => this.onClose?.(code === 'terminated' ? 1006 : code));
  }
}

/** Dials as the test says, and remembers whom. */
class ScriptedDialer implements LinkDialer {
  readonly dialled: HostPort[] = [];
  outcome: () => DialOutcome = () => ({ kind: 'refused' });

  dial(address: HostPort): Promise<DialOutcome> {
    this.dialled.push(address);
    return Promise.resolve(this.outcome());
  }
}

/** A real tree over real gossip, among peers, children and a parent that the test plays. */
export class TreeBench {
  readonly bench: GossipBench = new GossipBench();
  readonly dialer: ScriptedDialer = new ScriptedDialer();
  readonly tree: TreeManager;
  seeds: HostPort[] = [{ host: 'seed.test', port: 8080 }];

  constructor(options: { readonly maxChildren?: number } = {}) {
    const { clock, metrics, log, store, gossip } = this.bench;
    this.tree = new TreeManager(
      { clock, metrics, log, store, rng: new SeededRng(3), dialer: this.dialer },
      SELF,
      {
        maxChildren: options.maxChildren ?? 10,
        replication: 3,
        writeTimeoutMs: 5000,
        repairBandwidth: 0,
        answerTimeoutMs: 1000,
      },
      {
        gossip,
        signer: { areRequired: false, sign: () => undefined, verify: () => 'ok' },
        age: { admitsFrom: () => true },
        seeds: () => this.seeds,
        lookForSeeds: () => undefined,
      },
    );
  }

  /** A child that has said hello. */
  child(id: string, enclave = 'default'): TextLink {
    const link = new TextLink();
    this.tree.accept(link);
    link.receive('hello', helloOf(id, enclave, this.bench.clock.nowMs()));
    return link;
  }

  /** Dials from now on reach a parent, which takes this node in at once. */
  parentAnswers(id: string): TextLink {
    const link = new TextLink();
    const { send } = link;
    link.send = (data) => {
      send.call(link, data);
      const isHello = (JSON.parse(String(data)) as { readonly type: string }).type === 'hello';
      if (isHello) queueMicrotask(() => link.receive('welcome', this.#welcomeOf(id)));
    };
    this.dialer.outcome = () => ({ kind: 'open', link });
    return link;
  }

  stop(): void {
    this.tree.stop();
    this.bench.gossip.stop();
  }

  #welcomeOf(id: string): Readonly<Record<string, unknown>> {
    const info = { id, address: `${id}.test`, port: 9090, http_port: 8080, enclave: 'default' };
    return {
      topology: [{ type: 'SYNC', from: id, timestamp: 1, node_info: info }],
      your_position: { depth: 1, parent_id: id },
      x: { incarnation: 1, instance: id, at: Math.floor(this.bench.clock.nowMs()) },
    };
  }
}

function helloOf(id: string, enclave: string, nowMs: number): Readonly<Record<string, unknown>> {
  return {
    node_id: id,
    enclave,
    address: '',
    http_port: 0,
    capabilities: { inbound: 'false' },
    x: { incarnation: 1, instance: id, at: Math.floor(nowMs) },
  };
}
