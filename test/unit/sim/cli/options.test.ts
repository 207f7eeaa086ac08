import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { freshRuns, parseCiOptions } from '../../../sim/cli/ci.js';
import { parseOptions } from '../../../sim/cli/options.js';
import { endlessly, parseSoakOptions } from '../../../sim/cli/soak.js';

describe('parseOptions', () => {
  it('shows one run of the mixed scenario, without idle probes, when nothing is said', () => {
    expect(parseOptions([])).toEqual({
      command: 'one',
      one: {
        scenario: 'mixed',
        seed: undefined,
        print: 'timeline',
        filter: {
          topics: ['faults', 'members', 'client', 'replication'],
          node: undefined,
          fromMs: 0,
          toMs: Number.POSITIVE_INFINITY,
        },
      },
    });
  });

  it('plays on every core when there are many runs', () => {
    expect(parseOptions(['--runs', '7'])).toMatchObject({
      many: { scenario: 'mixed', runs: 7, fromSeed: undefined, pool: { workers: availableParallelism() } },
    });
  });

  it('takes seed 0 and the last one', () => {
    expect(parseOptions(['--seed', '0'])).toMatchObject({ one: { seed: 0 } });
    expect(parseOptions(['--seed', '4294967295'])).toMatchObject({ one: { seed: 4294967295 } });
  });

  it('takes topics in one list and in several, and times in seconds', () => {
    const args = ['--events', 'faults,client', '--events', 'upkeep', '--node', 'n3', '--from', '1.5', '--to', '12'];
    expect(parseOptions(args)).toMatchObject({
      one: { filter: { topics: ['faults', 'client', 'upkeep'], node: 'n3', fromMs: 1500, toMs: 12_000 } },
    });
    expect(parseOptions(['--events', 'none'])).toMatchObject({ one: { filter: { topics: [] } } });
  });

  it('lets a run that is shown take as long as it takes, unless told', () => {
    expect(parseOptions([])).toMatchObject({ one: { limitMs: undefined } });
    expect(parseOptions(['--run-timeout', '5'])).toMatchObject({ one: { limitMs: 5000 } });
    expect(parseOptions(['--runs', '2', '--run-timeout', '5'])).toMatchObject({
      many: { pool: { runTimeoutMs: 5000 } },
    });
  });

  it.each([
    [['--run-timeout', '0'], /--run-timeout "0": allowed are whole numbers/],
    [['--scenario', 'mixd'], /--scenario "mixd": allowed are mixed, /],
    [['--seed', '4294967296'], /--seed "4294967296": allowed are whole numbers from 0 to 4294967295/],
    [['--seed', '1.5'], /--seed "1.5"/],
    [['--runs', '0'], /--runs "0": allowed are whole numbers from 1/],
    [['--runs', '5', '--workers', '0'], /--workers "0"/],
    [['--events', 'probes'], /--events "probes": allowed are faults, .*, all, none/],
    [['--node', ''], /--node must name a node/],
    [['--from', '1e3'], /--from "1e3": allowed are seconds/],
    [['--from', '2', '--to', '1'], /the end comes before the beginning/],
    [['--seed', '1', '--runs', '5'], /--seed does not go with --runs/],
    [['--digest', '--runs', '5'], /--digest does not go with --runs/],
    [['--from-seed', '1'], /--from-seed goes with --runs only/],
    [['--fail-fast'], /--fail-fast goes with --runs only/],
    [['--json', '--digest'], /--json and --digest/],
    [['--sed', '1'], /Allowed: --scenario --seed/],
  ])('refuses %j and says what is allowed', (args, message) => {
    expect(() => parseOptions(args)).toThrow(message);
  });
});

describe('parseCiOptions', () => {
  it('asks for two hundred fresh seeds within four minutes when nothing is said', () => {
    expect(parseCiOptions([])).toMatchObject({ budgetSeconds: 240, runs: 200, fromSeed: undefined });
  });

  it.each([
    [['--budget', '0'], /--budget "0": allowed are whole seconds/],
    [['--runs', 'all'], /--runs "all"/],
    [['--seed', '1'], /Allowed: --budget --runs/],
  ])('refuses %j', (args, message) => {
    expect(() => parseCiOptions(args)).toThrow(message);
  });
});

describe('parseSoakOptions', () => {
  it('has no end unless it is given one', () => {
    expect(parseSoakOptions([]).hours).toBeUndefined();
    expect(parseSoakOptions(['--hours', '0.5']).hours).toBe(0.5);
  });

  it.each(['0', '-1', 'x', ''])('refuses --hours %j', (hours) => {
    expect(() => parseSoakOptions([`--hours=${hours}`])).toThrow(/--hours .* allowed are hours, such as/);
  });
});

describe('freshRuns', () => {
  it('plays a seed of the rough scenario after ten of the mixed one', () => {
    const runs = [...freshRuns(4_294_967_290, 25)];
    expect(runs.filter(({ scenario }) => scenario === 'mixed').map(({ seed }) => seed)).toHaveLength(25);
    expect(runs.map(({ scenario }, i) => (scenario === 'rough' ? i : -1)).filter((i) => i >= 0)).toEqual([10, 21]);
  });
});

describe('endlessly', () => {
  it('plays all drawn scenarios in turn, every other run', () => {
    const jobs = endlessly(['mixed', 'rough', 'a'], () => 1);
    const first = Array.from({ length: 5 }, () => jobs.next().value.scenario);
    expect(first).toEqual(['mixed', 'a', 'rough', 'a', 'mixed']);
  });

  it('plays every scenario in turn, and the mixed one between them', () => {
    let seed = 0;
    const jobs = endlessly(['mixed', 'a', 'b'], () => ++seed);
    const first = Array.from({ length: 5 }, () => jobs.next().value);
    expect(first).toEqual([
      { scenario: 'mixed', seed: 1 },
      { scenario: 'a', seed: 2 },
      { scenario: 'mixed', seed: 3 },
      { scenario: 'b', seed: 4 },
      { scenario: 'mixed', seed: 5 },
    ]);
  });
});
