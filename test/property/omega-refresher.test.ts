import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { RootListCache } from '../../src/omega/cache.js';
import { RootListHolder, SKEW_MS } from '../../src/omega/holder.js';
import { RootRefresher } from '../../src/omega/refresher.js';
import type { SourceAnswer } from '../../src/omega/source.js';
import { SourceRound } from '../../src/omega/source-round.js';
import { ReadableMetrics, RecordingLog, SeededRng } from '../support/ports.js';
import {
  KEYS,
  lines,
  MemoryFiles,
  OTHER_KEYS,
  ScriptedSource,
  START_S,
  signedLine,
  verifier,
} from '../support/root-lists.js';
import { VirtualClock } from '../support/virtual-clock.js';

/** Few lists, made once: signing is the slow part. */
const LIFETIMES_S = [-60, 60, 600, 3600, 3601, 86_400] as const;
const GOOD = LIFETIMES_S.map((lifetimeS, i) => signedLine({ expiresS: START_S + lifetimeS, nodes: [`n${i}.test:1`] }));
const BAD = [
  signedLine({ keys: OTHER_KEYS, expiresS: START_S + 999_999 }),
  signedLine({ version: 'omega-v2', expiresS: START_S + 999_999 }),
  GOOD[5]?.replace('n5', 'n6') ?? '',
  '',
];
const NEVER = new Promise<SourceAnswer>(() => undefined);

const behaviour = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('give' as const), line: fc.constantFrom(...GOOD, ...BAD) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('slow' as const), line: fc.constantFrom(...GOOD), ms: fc.nat(12_000) }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'fail' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'hang' as const }) },
);
type Behaviour = typeof behaviour extends fc.Arbitrary<infer T> ? T : never;

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('publish' as const), at: fc.nat(1), behaviour }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(4_000_000) }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'trigger' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('jump' as const), ms: fc.integer({ min: -7_200_000, max: 7_200_000 }) }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('disk' as const), works: fc.boolean() }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

class Story {
  readonly clock = new VirtualClock();
  readonly #files = new MemoryFiles();
  readonly #behaviours: [Behaviour, Behaviour] = [{ kind: 'fail' }, { kind: 'fail' }];
  readonly #sources = [0, 1].map((at) => new ScriptedSource(`source ${at}`, () => this.#answer(at)));
  #pending: { ended: boolean }[] = [];
  #node = this.#start();

  async play(next: Step): Promise<void> {
    if (next.kind === 'publish') this.#behaviours[next.at === 0 ? 0 : 1] = next.behaviour;
    if (next.kind === 'wait') await this.clock.run(next.ms);
    if (next.kind === 'jump') this.clock.jump(next.ms);
    if (next.kind === 'disk') {
      if (next.works) this.#files.broken.clear();
      else this.#files.broken.set('/', 'EIO');
    }
    if (next.kind === 'trigger') {
      const trigger = { ended: false };
      this.#pending.push(trigger);
      void this.#node.refresher.trigger().then(() => {
        trigger.ended = true;
      });
    }
    if (next.kind === 'restart') {
      this.#node.refresher.stop();
      this.#pending = [];
      await this.clock.run(0);
      this.#node = this.#start();
    }
    await this.clock.run(0);
  }

  /** Every trigger has its refresh within two rounds of sources that hang. */
  async end(): Promise<void> {
    await this.clock.run(25_000);
    expect(this.#pending.every(({ ended }) => ended)).toBe(true);
    this.#node.refresher.stop();
    await this.clock.run(10_000_000);
    expect(this.clock.pendingTimers).toBe(0);
  }

  #answer(at: number): SourceAnswer | Promise<SourceAnswer> {
    const does = this.#behaviours[at === 0 ? 0 : 1];
    if (does.kind === 'give') return lines(does.line);
    if (does.kind === 'hang') return NEVER;
    if (does.kind === 'fail') return { kind: 'failed', code: 'DNS_FAILED' };
    return this.clock.sleep(does.ms).then(() => lines(does.line));
  }

  #start() {
    const ports = {
      ...{ clock: this.clock, rng: new SeededRng(1), log: new RecordingLog(), metrics: new ReadableMetrics() },
      files: this.#files,
    };
    const holder = new RootListHolder(ports);
    const parts = { sources: this.#sources, verifier: verifier(KEYS), holder };
    const cache = new RootListCache(ports, { paths: ['/c/root-list.json'] });
    const refresher = new RootRefresher(ports, { ...parts, round: new SourceRound(ports, parts), cache });
    let newestS = 0;
    holder.subscribe((list) => {
      // Of this process; what the former one had seen it knows where the disk worked.
      expect(list.expiresS).toBeGreaterThanOrEqual(newestS);
      newestS = list.expiresS;
    });
    void refresher.start();
    return { holder, refresher };
  }

  check(): void {
    const { holder } = this.#node;
    const list = holder.current();
    if (list === undefined) return;
    expect(list.expiresS * 1000).toBeGreaterThan(this.clock.nowMs() - SKEW_MS);
    expect(list.nodes.join()).toMatch(/^n[0-5]\.test:1$/);
    expect(list).toBe(holder.newest);
  }
}

test.prop([fc.array(step, { minLength: 1, maxLength: 40 })], { numRuns: 200 })(
  'whatever sources and clocks do, only newer lists that verify are used, and none for longer than it counts',
  async (steps) => {
    const story = new Story();
    for (const next of steps) {
      await story.play(next);
      story.check();
    }
    await story.end();
  },
);
