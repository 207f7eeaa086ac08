import { describe, expect, it } from 'vitest';
import { type Job, lostOutcome, type Outcome } from '../../../sim/cli/outcome.js';
import type { Played } from '../../../sim/cli/play.js';
import { Pool } from '../../../sim/cli/pool.js';
import type { Worker } from '../../../sim/cli/worker-process.js';

const SCENARIO = 'mixed';

function jobs(count: number): readonly Job[] {
  return Array.from({ length: count }, (_, seed) => ({ scenario: SCENARIO, seed }));
}

function sound(job: Job): Played {
  const figures = { failure: undefined, digest: 'd', events: 1, simulatedMs: 1000, realMs: 1 };
  return { outcome: { ...job, ...figures }, isClean: true };
}

/** Workers that do what a test says, and what became of them. */
class Staff {
  readonly playedBy: Job[][] = [];
  ended = 0;
  readonly #play: (job: Job) => Promise<Played>;

  constructor(play: (job: Job) => Promise<Played>) {
    this.#play = play;
  }

  start(): Worker {
    const played: Job[] = [];
    this.playedBy.push(played);
    return {
      play: (job) => {
        played.push(job);
        return this.#play(job);
      },
      end: () => {
        this.ended++;
      },
    };
  }

  async run(work: Iterable<Job>, options = { workers: 2, runTimeoutMs: 60_000 }): Promise<readonly Outcome[]> {
    const outcomes: Outcome[] = [];
    await new Pool(() => this.start(), options).run(work, (outcome) => outcomes.push(outcome));
    return outcomes;
  }
}

function seedsOf(outcomes: readonly Job[]): readonly number[] {
  return outcomes.map(({ seed }) => seed).sort((a, b) => a - b);
}

describe('Pool', () => {
  it('plays every job once, on no more workers than it may, and ends them all', async () => {
    const staff = new Staff(async (job) => sound(job));
    expect(seedsOf(await staff.run(jobs(20)))).toEqual(jobs(20).map(({ seed }) => seed));
    expect(staff.playedBy.flat()).toHaveLength(20);
    expect(staff.playedBy).toHaveLength(2);
    expect(staff.ended).toBe(2);
  });

  it('starts no worker that has nothing to do', async () => {
    const staff = new Staff(async (job) => sound(job));
    await staff.run(jobs(0));
    expect(staff.playedBy).toHaveLength(0);
  });

  it('replaces a worker that is not fit for another run, and goes on', async () => {
    const staff = new Staff(async (job) => {
      if (job.seed !== 2) return sound(job);
      return { outcome: lostOutcome(job, 'the process lives', 'SIGKILL', 1), isClean: false };
    });
    const outcomes = await staff.run(jobs(5), { workers: 1, runTimeoutMs: 60_000 });
    expect(staff.playedBy.map(seedsOf)).toEqual([
      [0, 1, 2],
      [3, 4],
    ]);
    expect(outcomes.filter(({ failure }) => failure !== undefined).map(({ seed }) => seed)).toEqual([2]);
    expect(staff.ended).toBe(2);
  });

  it('reports a run that hangs with its seed, and ends its worker', async () => {
    const staff = new Staff((job) => (job.seed === 1 ? new Promise(() => undefined) : Promise.resolve(sound(job))));
    const outcomes = await staff.run(jobs(3), { workers: 1, runTimeoutMs: 20 });
    expect(outcomes.map(({ seed, failure }) => [seed, failure?.invariant])).toEqual([
      [0, undefined],
      [1, 'a run ends'],
      [2, undefined],
    ]);
    expect(staff.ended).toBe(2);
  });

  it('asks for no further job once it is stopped, and tells of no run it gave up', async () => {
    const staff = new Staff(async (job) => sound(job));
    const pool = new Pool(() => staff.start(), { workers: 1, runTimeoutMs: 60_000 });
    const outcomes: Outcome[] = [];
    await pool.run(jobs(10), (outcome) => {
      outcomes.push(outcome);
      if (outcome.seed === 3) pool.stop();
    });
    expect(seedsOf(outcomes)).toEqual([0, 1, 2, 3]);
    expect(staff.ended).toBeGreaterThan(0);
  });
});
