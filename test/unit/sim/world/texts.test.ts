import { describe, expect, it } from 'vitest';
import { writeText } from '../../../sim/oracle/describe.js';
import { momentText, valueText, versionText } from '../../../sim/world/texts.js';
import { World } from '../../../sim/world/world.js';
import { VIRTUAL_START_MS } from '../../../support/virtual-clock.js';

describe('the texts of a world', () => {
  it('show a moment of a wall clock as seconds since the world began, before its beginning too', () => {
    expect(momentText(VIRTUAL_START_MS + 22_494)).toBe('22.494');
    expect(momentText(VIRTUAL_START_MS - 3200)).toBe('-3.200');
  });

  it('show a version by its moment, its logical part and its origin', () => {
    expect(versionText({ ms: VIRTUAL_START_MS + 22_494, logical: 7, origin: 'n12' })).toBe('22.494.7.n12');
  });

  it('leave out what fills a value up, and nothing within it', () => {
    expect(valueText('default/k.1#7.......')).toBe('default/k.1#7');
    expect(valueText('x'.repeat(100))).toHaveLength(40);
  });
});

describe('the event log of a write', () => {
  it('tells which write was stored, in which version and until when, as a violation would', async () => {
    const world = new World(1, { keepsEvents: true });
    const node = world.startNode({ id: 'n1' });
    await world.run(1000);
    const write = world.clients.put(node, 'k', 300, 5000);
    await world.run(10);
    world.clients.get(node, 'k');
    world.clients.get(node, 'other');
    const of = (kind: string): readonly string[] =>
      world.log.events.filter((event) => event.kind === kind).map(({ text }) => text);
    expect(of('put')).toEqual(['k write 1 for 300 s', 'k write 1 answered 201']);
    expect(of('store')).toEqual(['k write 1 stored, 1.000.0.n1 until 301.000']);
    expect(of('get')).toEqual(['k k#1', 'other nothing']);
    expect(writeText(write)).toBe('write 1 of k at n1 at 1.000 s, version 1.000.0.n1');
  });
});
