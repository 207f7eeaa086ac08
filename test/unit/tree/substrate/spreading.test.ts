import { describe, expect, it } from 'vitest';
import { MIN_CHILDREN, MIN_SLACK, SLACK_SHARE, Spreading } from '../../../../src/tree/substrate/spreading.js';
import { infoOf, SELF } from '../../../support/gossip-bench.js';
import { FakeMesh } from '../../../support/substrate-bench.js';

const ENCLAVE = 'default';

function among(rooms: Readonly<Record<string, number>>): { readonly mesh: FakeMesh; readonly spreading: Spreading } {
  const mesh = new FakeMesh();
  mesh.members = Object.keys(rooms).map((id) => infoOf(id));
  for (const [id, room] of Object.entries(rooms)) mesh.rooms.set(id, room);
  return { mesh, spreading: new Spreading(SELF.id, mesh) };
}

describe('Spreading', () => {
  it('minds a difference beyond a slack, not one within it', () => {
    const { spreading } = among({ a: 10 + MIN_SLACK });
    expect(spreading.isUneven(ENCLAVE, { room: 10, children: MIN_CHILDREN })).toBe(false);
    expect(spreading.isUneven(ENCLAVE, { room: 9, children: MIN_CHILDREN })).toBe(true);
  });

  it('does not mind at all while there are few children', () => {
    const { spreading } = among({ a: 1000 });
    expect(spreading.isUneven(ENCLAVE, { room: 1, children: MIN_CHILDREN - 1 })).toBe(false);
    expect(spreading.isUneven(ENCLAVE, { room: 1, children: MIN_CHILDREN })).toBe(true);
  });

  it('allows a share of the children where that is more', () => {
    const children = 200;
    const { spreading } = among({ a: 10 + children * SLACK_SHARE });
    expect(spreading.isUneven(ENCLAVE, { room: 10, children })).toBe(false);
    expect(spreading.isUneven(ENCLAVE, { room: 9, children })).toBe(true);
  });

  it('knows nothing of members that have not said, and of those of other enclaves', () => {
    const { mesh, spreading } = among({ a: 100 });
    mesh.members = [infoOf('silent'), infoOf('a', { enclave: 'other' })];
    expect(spreading.isUneven(ENCLAVE, { room: 1, children: 50 })).toBe(false);
    expect(spreading.choose(ENCLAVE)).toBeUndefined();
    expect(spreading.choose('other')?.id).toBe('a');
  });

  it('names the one with the most room, and takes off that whom it has sent there', () => {
    const { spreading } = among({ a: 12, b: 11 });
    const chosen = Array.from({ length: 5 }, () => spreading.choose(ENCLAVE)?.id);
    expect(chosen).toEqual(['a', 'a', 'b', 'a', 'b']);
    expect(spreading.choose(ENCLAVE)).toEqual({
      id: 'a',
      address: 'a.test',
      httpPort: 8080,
      enclave: ENCLAVE,
      room: 9,
    });
  });

  it('believes a member anew once it says another figure', () => {
    const { mesh, spreading } = among({ a: 6 });
    for (let sent = 0; sent < 6; sent++) spreading.choose(ENCLAVE);
    expect(spreading.choose(ENCLAVE)).toBeUndefined();
    mesh.rooms.set('a', 3);
    expect(spreading.choose(ENCLAVE)).toMatchObject({ id: 'a', room: 3 });
  });

  it('remembers nobody who has gone', () => {
    const { mesh, spreading } = among({ a: 2, b: 1 });
    const [a, b] = mesh.members;
    if (a === undefined || b === undefined) throw new TypeError('two members');
    spreading.choose(ENCLAVE);
    mesh.members = [b];
    spreading.choose(ENCLAVE);
    mesh.members = [a, b];
    expect(spreading.choose(ENCLAVE)).toMatchObject({ id: 'a', room: 2 });
  });

  it.each([2, 3, 5])(
    'shares out a crowd among %d that hear nothing of each other meanwhile, wherever it knocks',
    (count) => {
      const ids = Array.from({ length: count }, (_, index) => `s${index}`);
      const children = new Map(ids.map((id) => [id, 100]));
      const roomOf = (id: string): number => 500 - (children.get(id) ?? 0);
      const said = Object.fromEntries(ids.map((id) => [id, roomOf(id)]));
      const parts = new Map(
        ids.map((id) => {
          const others = Object.fromEntries(Object.entries(said).filter(([other]) => other !== id));
          return [id, among(others).spreading];
        }),
      );
      const take = (id: string): void => void children.set(id, (children.get(id) ?? 0) + 1);
      // All of them knock at the first.
      for (let child = 0; child < 100; child++) {
        const [first = ''] = ids;
        const spreading = parts.get(first);
        const own = { room: roomOf(first), children: children.get(first) ?? 0 };
        take(spreading?.isUneven(ENCLAVE, own) ? (spreading.choose(ENCLAVE)?.id ?? '') : first);
      }
      const share = 100 + 100 / count;
      expect(Math.max(...children.values())).toBeLessThanOrEqual(share * 1.2);
    },
  );
});
