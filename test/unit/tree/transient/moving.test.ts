import { beforeEach, describe, expect, it } from 'vitest';
import { CLOSE } from '../../../../src/tree/ports/link.js';
import { putOf } from '../../../support/gossip-bench.js';
import { candidate, type FakeSubstrate, TransientBench } from '../../../support/transient-bench.js';
import { settle } from '../../../support/virtual-clock.js';

describe('Transient, moving', () => {
  let bench: TransientBench;
  let a: FakeSubstrate;
  let b: FakeSubstrate;

  beforeEach(async () => {
    bench = new TransientBench(['a']);
    a = bench.at('a', { alternatives: [candidate('b')] });
    b = bench.at('b');
    await bench.start();
    await bench.clock.run(60_000);
    bench.changes.length = 0;
  });

  it('keeps the old socket until the new parent welcomes it, then says goodbye there and closes it', async () => {
    b.onHello = 'silent';
    a.goodbye();
    await settle();
    expect([bench.state, bench.parentId, a.link.isOpen]).toEqual(['moving', 'a', true]);
    b.say(b.welcome());
    await settle();
    expect([bench.state, bench.parentId]).toEqual(['attached', 'b']);
    expect(a.got('goodbye')).toEqual([{ type: 'goodbye', reason: 'leaving', alternatives: [] }]);
    expect(a.link.closing).toBe(CLOSE.normal);
    expect(bench.changes).toMatchObject([
      { kind: 'detached', cause: 'goodbye', parent: { id: 'a' } },
      { kind: 'attached', cause: 'goodbye', parent: { id: 'b' } },
    ]);
  });

  it('writes to the old parent until the new one welcomes it, and to the new one from then on', async () => {
    b.onHello = 'silent';
    a.goodbye();
    await settle();
    const early = bench.write('early');
    b.say(b.welcome());
    const late = bench.write('late');
    await settle();
    expect(a.got('put').map(({ message }) => message.messageId)).toEqual([early.messageId]);
    expect(b.got('put').map(({ message }) => message.messageId)).toEqual([early.messageId, late.messageId]);
  });

  it('takes in what the old parent sends until its socket has ended', async () => {
    a.link.lingers = true;
    const written = bench.write();
    a.goodbye();
    await settle();
    expect([bench.parentId, a.link.closing]).toEqual(['b', CLOSE.normal]);
    a.put(putOf('x', 'm1'));
    b.view(1);
    a.ack(written.messageId, 'x');
    await settle();
    expect(bench.received.map(({ messageId }) => messageId)).toEqual(['m1']);
    expect(written.outcome).toBe('quorum');
    a.link.end(1000);
    await settle();
    expect([bench.state, bench.parentId]).toEqual(['attached', 'b']);
  });

  it('does not look for another parent when the old one closes, after the move or during it', async () => {
    b.onHello = 'silent';
    a.goodbye();
    await settle();
    a.link.end(1001);
    await settle();
    expect([bench.state, b.links.length, bench.transient.status.parent]).toEqual(['greeting', 1, undefined]);
    b.say(b.welcome());
    await settle();
    expect([bench.state, bench.parentId, b.openLinks.length]).toEqual(['attached', 'b', 1]);
    expect(bench.transient.status.reattachments.counts).toMatchObject({ goodbye: 1, closed: 0 });
  });

  it('goes on in rounds while the old socket lives, and never dials the old parent meanwhile', async () => {
    b.reach = 'refused';
    a.goodbye();
    await bench.clock.run(60_000);
    expect([bench.state, bench.parentId, a.links.length]).toEqual(['moving', 'a', 1]);
    expect(b.links).toHaveLength(0);
    expect(bench.dialer.dialled.filter((name) => name === 'b.test:8080').length).toBeGreaterThan(3);
    b.reach = 'open';
    await bench.clock.run(60_000);
    expect([bench.state, bench.parentId]).toEqual(['attached', 'b']);
  });

  it('seeks at once, and among all, when the old socket ends while it pauses', async () => {
    b.reach = 'refused';
    a.goodbye();
    await bench.clock.run(100_000);
    expect(bench.state).toBe('moving');
    a.link.end();
    await settle();
    expect([bench.state, bench.parentId, a.links.length]).toEqual(['attached', 'a', 2]);
  });

  it('hears one goodbye of a parent', async () => {
    b.reach = 'refused';
    a.goodbye();
    await settle();
    const { length } = bench.dialer.dials;
    for (let i = 0; i < 10; i++) a.goodbye();
    await settle();
    expect(bench.dialer.dials).toHaveLength(length);
  });

  it('counts the time from the goodbye to the welcome', async () => {
    b.onHello = 'silent';
    a.goodbye();
    await bench.clock.run(700);
    b.say(b.welcome());
    await settle();
    expect(bench.metrics.observations('repram_tree_reattach_seconds', { cause: 'goodbye' })).toEqual([0.7]);
  });

  it('waits before it moves on where one parent after another sends it away', async () => {
    b.alternatives = [candidate('a')];
    bench.transient.subscribe(({ kind, parent }) => {
      if (kind === 'attached') queueMicrotask(() => bench.at(parent.id).goodbye());
    });
    a.goodbye();
    await bench.clock.run(60_000);
    expect(a.links.length + b.links.length).toBeLessThan(40);
    expect(bench.openLinks.length).toBeLessThanOrEqual(2);
  });

  describe('home', () => {
    beforeEach(async () => {
      bench = new TransientBench(['f']);
      bench.at('f', { enclave: 'other', members: [candidate('home')] });
      bench.at('home');
    });

    it('takes a parent of another enclave as a stepping stone', async () => {
      await bench.start();
      expect([bench.state, bench.parentId]).toEqual(['attached', 'home']);
      expect(bench.at('f').got('goodbye')).toHaveLength(1);
      expect(bench.changes.map(({ kind, cause }) => [kind, cause])).toEqual([
        ['attached', 'start'],
        ['detached', 'homeward'],
        ['attached', 'homeward'],
      ]);
    });

    it('moves as soon as a view tells of a node of its own enclave', async () => {
      bench.at('f').members = [];
      await bench.start();
      await bench.clock.run(100_000);
      expect([bench.state, bench.parentId]).toEqual(['attached', 'f']);
      bench.at('f').view(1, [candidate('home')]);
      await settle();
      expect(bench.parentId).toBe('home');
    });

    it('moves as soon as an older parent tells of one', async () => {
      const f = bench.at('f', { isOurs: false, codec: 'json', members: [candidate('f', { enclave: 'other' })] });
      await bench.start();
      await settle();
      expect([bench.state, bench.parentId]).toEqual(['attached', 'f']);
      const nodeInfo = { id: 'home', address: 'home.test', port: 0, httpPort: 8080, enclave: 'default' };
      f.say({ type: 'topology_sync', message: { type: 'SYNC', from: 'f', timestampS: 1, messageId: '', nodeInfo } });
      await settle();
      expect(bench.parentId).toBe('home');
    });

    it('stays with the stepping stone, and goes on trying, while home cannot be reached', async () => {
      bench.at('home').reach = 'refused';
      await bench.start();
      await bench.clock.run(100_000);
      expect([bench.state, bench.parentId, bench.at('f').links.length]).toEqual(['moving', 'f', 1]);
      bench.at('home').reach = 'open';
      await bench.clock.run(60_000);
      expect(bench.parentId).toBe('home');
    });

    it('begins with short pauses, however long it was detached before', async () => {
      const home = bench.at('home', { reach: 'refused' });
      const f = bench.at('f', { reach: 'refused' });
      await bench.start();
      await bench.clock.run(600_000);
      f.reach = 'open';
      while (bench.parentId === undefined) await bench.clock.run(10);
      home.reach = 'open';
      await bench.clock.run(300);
      expect(bench.parentId).toBe('home');
    });

    it('goes anywhere when the stepping stone is lost, or says goodbye', async () => {
      bench.at('home').reach = 'silent';
      bench.seeds = ['f', 'g'];
      bench.at('g', { enclave: 'other' });
      await bench.start();
      expect(bench.state).toBe('moving');
      const first = bench.parentId ?? '';
      bench.at(first).link.end();
      await settle();
      const second = bench.parentId ?? '';
      expect([first, second].sort()).toEqual(['f', 'g']);
      bench.at(second).goodbye();
      await bench.clock.run(1000);
      expect(bench.parentId).toBe(first);
    });

    it('is content where no node of its enclave is known', async () => {
      bench.at('f').members = [candidate('g', { enclave: 'third' })];
      await bench.start();
      await bench.clock.run(60_000);
      expect([bench.state, bench.parentId, bench.dialer.dials.length]).toEqual(['attached', 'f', 1]);
    });
  });
});
