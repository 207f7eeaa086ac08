import { describe, expect, it } from 'vitest';
import { randomInt } from '../../../../src/gossip/ports/rng.js';
import { SeededRng } from '../../../support/ports.js';
import { CHILD, candidate, type FakeSubstrate, TransientBench } from '../../../support/transient-bench.js';
import { settle } from '../../../support/virtual-clock.js';

const IDS = ['a', 'b', 'c', 'd', 'e'];
const STEPS = 120;

/** Everything that can happen to a substrate, or come from it. */
const EVENTS: readonly ((substrate: FakeSubstrate, rng: SeededRng) => void)[] = [
  (substrate) => void Object.assign(substrate, { reach: 'refused' }),
  (substrate) => void Object.assign(substrate, { reach: 'silent' }),
  (substrate) => void Object.assign(substrate, { reach: 'open', onHello: 'welcome' }),
  (substrate) => void Object.assign(substrate, { reach: 'open', onHello: 'welcome' }),
  (substrate) => void Object.assign(substrate, { onHello: 'silent' }),
  (substrate) => void Object.assign(substrate, { onHello: 'goodbye' }),
  (substrate) => void Object.assign(substrate, { onHello: 'close' }),
  (substrate) => void Object.assign(substrate, { onHello: 'malformed' }),
  (substrate, rng) => void Object.assign(substrate, { enclave: rng.next() < 0.5 ? 'default' : 'other' }),
  (substrate, rng) => void Object.assign(substrate, { isOurs: rng.next() < 0.7 }),
  (substrate, rng) => {
    substrate.alternatives = IDS.filter(() => rng.next() < 0.4).map((id) => candidate(id));
  },
  (substrate) => each(substrate, (link) => link.end()),
  (substrate) => each(substrate, (link) => link.deliver('?')),
  (substrate) => each(substrate, (link) => void Object.assign(link, { answersPings: false })),
  (substrate) => each(substrate, (link) => substrate.say(substrate.welcome(), link)),
  (substrate) => each(substrate, () => substrate.goodbye()),
  (substrate) => each(substrate, () => substrate.view(1, [candidate('a'), candidate('e', { enclave: 'other' })])),
];

function each(substrate: FakeSubstrate, act: (link: FakeSubstrate['link']) => void): void {
  const { link } = substrate.links.length > 0 ? substrate : { link: undefined };
  if (link !== undefined) act(link);
}

/** A life of events drawn from a seed. */
class Life {
  readonly bench: TransientBench;
  readonly #rng: SeededRng;

  constructor(seed: number) {
    this.#rng = new SeededRng(seed);
    this.bench = new TransientBench(IDS, { seed: seed + 1 });
    for (const id of IDS) this.bench.at(id, { acknowledges: true, alternatives: IDS.map((other) => candidate(other)) });
  }

  async live(): Promise<void> {
    const { bench } = this;
    await bench.start();
    for (let step = 0; step < STEPS; step++) {
      const substrate = bench.at(IDS[randomInt(this.#rng, IDS.length)] ?? 'a');
      EVENTS[randomInt(this.#rng, EVENTS.length)]?.(substrate, this.#rng);
      this.#check();
      if (this.#rng.next() < 0.2) bench.write(`k${step}`);
      await bench.clock.run(this.#rng.next() < 0.5 ? 0 : randomInt(this.#rng, 4000));
      this.#check();
    }
  }

  /** Links on which a hello was welcomed, and which this side has not left. */
  get attachedLinks(): number {
    const greeted = this.bench.openLinks.filter(({ sent }) => sent.some((data) => data.toString().includes('"hello"')));
    const parent = this.bench.parentId === undefined ? 0 : 1;
    const isGreeting = greeted.length > parent;
    return greeted.length - (isGreeting ? 1 : 0);
  }

  /** At most the parent's socket, and one that is greeted. */
  #check(): void {
    const { bench } = this;
    const { state, parent } = bench.transient.status;
    expect(this.attachedLinks).toBe(parent === undefined ? 0 : 1);
    if (state === 'attached' || state === 'moving') expect(parent).toBeDefined();
    if (state === 'detached' || state === 'dialling' || state === 'greeting') expect(parent).toBeUndefined();
    expect(parent?.id).not.toBe(CHILD.id);
    expect(bench.transient.status.candidates).toBeLessThanOrEqual(IDS.length);
  }
}

describe('Transient, whatever happens', () => {
  it.each(Array.from({ length: 60 }, (_, seed) => seed))(
    'has one parent at a time, and finds one while any accepts: seed %d',
    async (seed) => {
      const life = new Life(seed);
      const { bench } = life;
      await life.live();
      for (const id of IDS) bench.at(id, { reach: 'refused' });
      const survivor = bench.at(IDS[seed % IDS.length] ?? 'a', {
        reach: 'open',
        onHello: 'welcome',
        enclave: 'default',
      });
      Object.assign(survivor, { isOurs: true, basis: 1 });
      for (const id of IDS) if (id !== survivor.id) each(bench.at(id), (link) => link.end());
      // The longest pause, and a round in which dials hang.
      await bench.clock.run(90_000);
      expect([bench.state, bench.parentId]).toEqual(['attached', survivor.id]);
      expect(bench.openLinks).toHaveLength(1);
      expect(bench.transient.status.outbox.writes).toBe(0);
      await bench.transient.stop();
      await settle();
      expect([bench.clock.pendingTimers, bench.openLinks.length]).toEqual([0, 0]);
    },
  );

  it('finds a parent at once where a thousand children lose theirs', async () => {
    const homes: Record<string, number> = { x: 0, y: 0, z: 0 };
    for (let child = 0; child < 1000; child++) {
      const bench = new TransientBench(['a'], { seed: child });
      const rooms = { x: 10, y: 30, z: 60 };
      const members = Object.entries(rooms).map(([id, room]) => candidate(id, { room }));
      const a = bench.at('a', { members });
      for (const id of Object.keys(rooms)) bench.at(id);
      await bench.start();
      a.reach = 'refused';
      a.link.end();
      await settle();
      expect([bench.state, bench.clock.monotonicMs()]).toEqual(['attached', 0]);
      homes[bench.parentId ?? ''] = (homes[bench.parentId ?? ''] ?? 0) + 1;
    }
    expect(homes['x']).toBeLessThan(140);
    expect(homes['z']).toBeGreaterThan(530);
    expect(homes['z']).toBeLessThan(670);
  });
});
