import { describe, expect, it } from 'vitest';
import { randomInt } from '../../../../src/gossip/ports/rng.js';
import type { DecodedFrame } from '../../../../src/tree/frame.js';
import type { FakeLink } from '../../../support/fake-link-substrate.js';
import { MALFORMED } from '../../../support/fake-link-substrate.js';
import { infoOf, putOf } from '../../../support/gossip-bench.js';
import { SeededRng } from '../../../support/ports.js';
import { helloOf, SubstrateBench } from '../../../support/substrate-bench.js';

const MAX_CHILDREN = 4;
const STEPS = 400;
const MIB = 1024 * 1024;

/** Children, members and an operator that do whatever comes to mind. */
class Disorder {
  readonly bench: SubstrateBench;
  readonly #rng: SeededRng;
  #writes = 0;

  constructor(seed: number) {
    this.#rng = new SeededRng(seed);
    this.bench = new SubstrateBench({ maxChildren: MAX_CHILDREN, seed });
  }

  step(mayDrain: boolean): void {
    const { bench } = this;
    const link = this.#pick(bench.links.filter((each) => each.ending === undefined));
    const actions: (() => void)[] = [
      () => void bench.open(),
      () => link?.receive(this.#hello()),
      () => link?.receive(this.#hello()),
      () => link?.receive(this.#frame()),
      () => link?.receive(this.#frame()),
      () => link?.pong(),
      () => link?.end(),
      () => this.#queue(link),
      () => bench.clock.advance(randomInt(this.#rng, 1500)),
      () => bench.substrate.spread(putOf('member', `m${this.#writes++ % 50}`)),
      () => this.#members(),
      () => bench.mesh.relayed.at(-1)?.onAck({ ...ackOf('a') }),
      () => bench.endClosed(),
    ];
    this.#pick(actions)?.();
    if (mayDrain && this.#rng.next() < 0.004) void bench.substrate.drain(3000);
  }

  #hello(): DecodedFrame {
    const id = this.#pick(['c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'self', 'a']) ?? '';
    const enclave = this.#rng.next() < 0.3 ? 'other' : 'default';
    return helloOf(id, { enclave, ...(this.#rng.next() < 0.4 && { foreign: true as const }) });
  }

  #frame(): DecodedFrame {
    const frames: DecodedFrame[] = [
      { type: 'put', message: putOf('child', `up${this.#writes++ % 50}`) },
      { type: 'put', message: putOf('child', `up${this.#writes++ % 50}`) },
      { type: 'ask', id: 1, kind: 'replica', body: new Uint8Array(3) },
      { type: 'unknown' },
      { type: 'ping', message: { type: 'PING', from: 'x', timestampS: 1, messageId: '', to: '' } },
      { type: 'ack', message: ackOf('x') },
      { type: 'goodbye', reason: 'moved', alternatives: [] },
    ];
    return this.#pick(frames) ?? { type: 'unknown' };
  }

  #queue(link: FakeLink | undefined): void {
    if (this.#rng.next() < 0.1) link?.receiveData(MALFORMED);
    else if (link !== undefined) link.bytesQueued = (this.#pick([0, 1, 15, 17]) ?? 0) * MIB;
  }

  #members(): void {
    this.bench.mesh.members = ['a', 'b', 'c1'].filter(() => this.#rng.next() < 0.4).map((id) => infoOf(id));
  }

  #pick<T>(items: readonly T[]): T | undefined {
    return items[randomInt(this.#rng, Math.max(1, items.length))];
  }
}

const ackOf = (from: string) => ({ type: 'ACK', from, timestampS: 1, messageId: 'm', to: 'self', key: 'k' }) as const;

function check({ substrate, links, ids }: SubstrateBench): void {
  expect(ids.length).toBeLessThanOrEqual(MAX_CHILDREN);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).not.toContain('self');
  expect(substrate.room).toBeLessThanOrEqual(MAX_CHILDREN - ids.length);
  for (const link of links) {
    expect(link.sentTooLate).toBe(0);
    expect(link.of('welcome').length).toBeLessThanOrEqual(1);
    expect([undefined, 'welcome', 'goodbye']).toContain(link.types[0]);
  }
}

describe('whatever comes in whatever order', () => {
  it.each(Array.from({ length: 40 }, (_, seed) => seed))(
    'keeps the rules, and leaves nothing behind: seed %i',
    (seed) => {
      const disorder = new Disorder(seed);
      const { bench } = disorder;
      let attached = 0;
      for (let i = 0; i < STEPS; i++) {
        disorder.step(i > STEPS / 2);
        attached = Math.max(attached, bench.ids.length);
        if (i % 10 === 0) check(bench);
      }
      check(bench);
      expect(attached).toBeGreaterThan(0);
      const openChildren = bench.story.reduce((sum, line) => sum + (line.startsWith('attached') ? 1 : -1), 0);
      expect(openChildren).toBe(bench.ids.length);
      bench.clock.advance(60_000);
      bench.endClosed();
      expect(bench.ids).toEqual([]);
      expect(bench.metrics.value('repram_tree_sockets_waiting')).toBe(0);
      expect(bench.clock.pendingTimers).toBe(0);
    },
  );
});
