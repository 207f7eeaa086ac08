import { beforeEach, describe, expect, it } from 'vitest';
import { formatHostPort, parseHostPort } from '../../../../src/gossip/address.js';
import { MAX_VIEW_MEMBERS } from '../../../../src/tree/frame.js';
import { Candidates, MAX_SHUNNED, type Scope } from '../../../../src/tree/transient/candidates.js';
import { ReadableMetrics, SeededRng } from '../../../support/ports.js';
import { addressOf, CHILD, candidate } from '../../../support/transient-bench.js';

describe('Candidates', () => {
  let seeds: string[];
  let metrics: ReadableMetrics;
  let candidates: Candidates;

  const create = (seed = 1): Candidates => {
    metrics = new ReadableMetrics();
    return new Candidates({ rng: new SeededRng(seed), metrics }, CHILD, {
      seeds: () => seeds.map((id) => parseHostPort(id) ?? addressOf(id)),
    });
  };
  const round = (scope: Scope = 'any', except?: string): string[] =>
    candidates
      .round(scope, except === undefined ? undefined : addressOf(except))
      .map(({ address }) => formatHostPort(address).replace('.test:8080', ''));

  beforeEach(() => {
    seeds = [];
    candidates = create();
  });

  it('tries the alternatives first, then members of the own enclave, then others, then seeds', () => {
    seeds = ['seed'];
    candidates.learn([candidate('foreign', { enclave: 'other' }), candidate('own')]);
    candidates.suggest([candidate('named', { enclave: 'other' })], 'any');
    expect(round()).toEqual(['named', 'own', 'foreign', 'seed']);
  });

  it('tries each address once, at its first place', () => {
    seeds = ['a', 'b', 'a'];
    candidates.learn([candidate('b'), candidate('a')]);
    candidates.suggest([candidate('a')], 'any');
    expect(round()).toEqual(['a', 'b']);
    expect(candidates.count).toBe(2);
  });

  it('never tries its own address, nor one where a node of its id is', () => {
    seeds = ['child', 'a'];
    candidates.learn([
      candidate('child', { address: 'elsewhere.test' }),
      candidate('other-id', { address: 'child.test' }),
    ]);
    expect(round()).toEqual(['a']);
  });

  it('never again tries an address that was found to be itself', () => {
    seeds = ['mirror', 'a'];
    candidates.learn([candidate('mirror')]);
    candidates.shun(addressOf('mirror'));
    candidates.settled();
    expect(round()).toEqual(['a']);
    expect(candidates.suggest([candidate('mirror')], 'any')).toEqual([]);
  });

  it('tries the parent that was lost last, even where nobody else names it', () => {
    seeds = ['a', 'b'];
    candidates.lost({ address: addressOf('a') });
    expect(round()).toEqual(['b', 'a']);
    candidates.lost({ address: addressOf('unnamed') });
    expect(round().at(-1)).toBe('unnamed');
  });

  it('forgets alternatives and the lost parent once it is attached', () => {
    seeds = ['b'];
    candidates.suggest([candidate('named')], 'any');
    candidates.lost({ address: addressOf('unnamed') });
    candidates.settled();
    expect(round()).toEqual(['b']);
  });

  it('leaves out the parent that is still there', () => {
    seeds = ['a', 'b'];
    expect(round('any', 'a')).toEqual(['b']);
  });

  it('knows home only by nodes of the own enclave that are not the parent', () => {
    seeds = ['seed'];
    candidates.learn([candidate('foreign', { enclave: 'other' })]);
    expect([candidates.knowsHome(addressOf('p')), round('home')]).toEqual([false, []]);
    candidates.add(candidate('own'));
    expect([candidates.knowsHome(addressOf('p')), round('home')]).toEqual([true, ['own']]);
    expect(candidates.knowsHome(addressOf('own'))).toBe(false);
  });

  it('takes a view in the place of what was known', () => {
    candidates.learn([candidate('a')]);
    candidates.learn([candidate('b')]);
    expect(round()).toEqual(['b']);
  });

  it('adds a member, or renews what is known of its address', () => {
    candidates.learn([candidate('a')]);
    candidates.add(candidate('b'));
    candidates.add(candidate('a', { enclave: 'other' }));
    expect(round()).toEqual(['b', 'a']);
  });

  it('remembers so many members, those of the own enclave first, and counts the others', () => {
    const foreign = Array.from({ length: MAX_VIEW_MEMBERS }, (_, i) => candidate(`f${i}`, { enclave: 'other' }));
    candidates.learn([...foreign, candidate('own')]);
    expect(round()[0]).toBe('own');
    expect(candidates.count).toBe(MAX_VIEW_MEMBERS);
    expect(metrics.value('repram_tree_candidates_dropped_total')).toBe(1);
  });

  it('takes five alternatives at most', () => {
    candidates.suggest(
      Array.from({ length: 9 }, (_, i) => candidate(`n${i}`)),
      'any',
    );
    expect(candidates.count).toBe(5);
  });

  it('remembers so many addresses of its own, and counts the others', () => {
    for (let port = 1; port <= MAX_SHUNNED + 3; port++) candidates.shun({ host: 'x.test', port });
    expect(metrics.value('repram_tree_candidates_dropped_total')).toBe(3);
  });

  it('spreads a thousand children by the room that each alternative has', () => {
    const rooms = { a: 10, b: 30, c: 60, full: 0 };
    const firsts: Record<string, number> = { a: 0, b: 0, c: 0, full: 0 };
    for (let child = 0; child < 1000; child++) {
      candidates = create(child);
      candidates.suggest(
        Object.entries(rooms).map(([id, room]) => candidate(id, { room })),
        'any',
      );
      const order = round();
      firsts[order[0] ?? ''] = (firsts[order[0] ?? ''] ?? 0) + 1;
      expect(order.at(-1)).toBe('full');
    }
    // Four standard deviations of a binomial distribution.
    expect(Math.abs((firsts['a'] ?? 0) - 100)).toBeLessThan(38);
    expect(Math.abs((firsts['b'] ?? 0) - 300)).toBeLessThan(58);
    expect(Math.abs((firsts['c'] ?? 0) - 600)).toBeLessThan(62);
  });

  it('spreads children evenly where nobody says what room there is', () => {
    const firsts = new Set<string>();
    for (let child = 0; child < 100; child++) {
      candidates = create(child);
      seeds = ['a', 'b', 'c'];
      firsts.add(round()[0] ?? '');
    }
    expect([...firsts].sort()).toEqual(['a', 'b', 'c']);
  });
});
