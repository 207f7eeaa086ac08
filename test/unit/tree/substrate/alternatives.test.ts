import { describe, expect, it } from 'vitest';
import { chooseAlternatives } from '../../../../src/tree/substrate/alternatives.js';
import { infoOf } from '../../../support/gossip-bench.js';
import { SeededRng } from '../../../support/ports.js';

const CHILD = { id: 'child', enclave: 'default' };
const far = (id: string) => infoOf(id, { enclave: 'other' });

function choose(members: Parameters<typeof chooseAlternatives>[1], rooms: Record<string, number>, seed = 1): string[] {
  return chooseAlternatives(new SeededRng(seed), members, CHILD, (id) => rooms[id]).map(({ id }) => id);
}

describe('chooseAlternatives', () => {
  it('names members of the enclave before others, five at the most', () => {
    const members = [far('x'), infoOf('a'), far('y'), infoOf('b'), far('z'), infoOf('c'), far('w')];
    const chosen = choose(members, {});
    expect(chosen).toHaveLength(5);
    expect(chosen.slice(0, 3).sort()).toEqual(['a', 'b', 'c']);
  });

  it('names the child itself never', () => {
    expect(choose([infoOf('child'), infoOf('a')], {})).toEqual(['a']);
  });

  it('leaves out who has no room, even of the enclave', () => {
    expect(choose([infoOf('full'), far('x'), far('full-too')], { full: 0, 'full-too': 0 })).toEqual(['x']);
  });

  it('names those without room where there is nobody else', () => {
    expect(choose([infoOf('full'), far('x')], { full: 0, x: 0 })).toEqual(['full', 'x']);
  });

  it('has nobody to name where there is nobody', () => {
    expect(choose([], {})).toEqual([]);
  });

  it('says what room is known of', () => {
    const chosen = chooseAlternatives(new SeededRng(1), [infoOf('a'), far('b')], CHILD, (id) =>
      id === 'a' ? 4 : undefined,
    );
    expect(chosen).toEqual([
      { id: 'a', address: 'a.test', httpPort: 8080, enclave: 'default', room: 4 },
      { id: 'b', address: 'b.test', httpPort: 8080, enclave: 'other' },
    ]);
  });

  it('spreads by room: who has nine times the room comes first nine times as often', () => {
    const members = [infoOf('large'), infoOf('small')];
    const rng = new SeededRng(9);
    const rooms: Record<string, number> = { large: 90, small: 10 };
    const firsts = Array.from(
      { length: 2000 },
      () => chooseAlternatives(rng, members, CHILD, (id) => rooms[id])[0]?.id,
    );
    const share = firsts.filter((id) => id === 'large').length / 2000;
    expect(share).toBeGreaterThan(0.87);
    expect(share).toBeLessThan(0.93);
  });

  it('takes who has not said for one with some room', () => {
    const members = [infoOf('unknown'), infoOf('tight')];
    const rng = new SeededRng(9);
    const firsts = Array.from(
      { length: 1000 },
      () => chooseAlternatives(rng, members, CHILD, (id) => (id === 'tight' ? 1 : undefined))[0]?.id,
    );
    expect(firsts.filter((id) => id === 'unknown').length).toBeGreaterThan(850);
    expect(firsts).toContain('tight');
  });
});
