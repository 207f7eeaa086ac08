import { beforeEach, describe, expect, it } from 'vitest';
import { MAX_WELCOME_MEMBERS } from '../../../../src/tree/frame.js';
import { WRITES_PER_SECOND } from '../../../../src/tree/transient/feed.js';
import { MAX_OUTBOX_BYTES, MAX_OUTBOX_WRITES } from '../../../../src/tree/transient/outbox.js';
import { candidate, type FakeSubstrate, TransientBench } from '../../../support/transient-bench.js';
import { settle } from '../../../support/virtual-clock.js';

describe('Transient, writing', () => {
  let bench: TransientBench;
  let a: FakeSubstrate;

  beforeEach(async () => {
    bench = new TransientBench(['a']);
    a = bench.at('a', { basis: 3 });
    await bench.start();
  });

  const sentTo = (substrate: FakeSubstrate): string[] => substrate.got('put').map(({ message }) => message.messageId);
  const outbox = (): number => bench.transient.status.outbox.writes;

  it('sends the write as it was made', async () => {
    const { messageId } = bench.write('k', { bytes: 3, ttlSeconds: 77 });
    expect(a.got('put').map(({ message }) => message)).toMatchObject([
      { messageId, from: 'child', key: 'k', data: new Uint8Array(3), ttlSeconds: 77 },
    ]);
  });

  describe('quorum', () => {
    it('is a majority of the substrates, at the acknowledgement that makes it', async () => {
      const written = bench.write();
      a.ack(written.messageId, 'a');
      await settle();
      expect([written.outcome, outbox()]).toEqual([undefined, 1]);
      a.ack(written.messageId, 'b');
      await settle();
      expect([written.outcome, outbox(), bench.clock.monotonicMs()]).toEqual(['quorum', 0, 0]);
    });

    it.each([
      [1, 1],
      [2, 2],
      [3, 2],
      [4, 2],
      [100, 2],
    ])('over %d substrates takes %d acknowledgements at a replication of 3', async (basis, needed) => {
      a.view(basis);
      const written = bench.write();
      for (let i = 1; i < needed; i++) a.ack(written.messageId, `n${i}`);
      await settle();
      expect(written.outcome).toBeUndefined();
      a.ack(written.messageId, `n${needed}`);
      await settle();
      expect(written.outcome).toBe('quorum');
    });

    it('counts a substrate once', async () => {
      const written = bench.write();
      for (let i = 0; i < 5; i++) a.ack(written.messageId, 'a');
      await settle();
      expect(written.outcome).toBeUndefined();
    });

    it('does not count an acknowledgement of this node itself', async () => {
      a.view(1);
      const written = bench.write();
      a.ack(written.messageId, 'child');
      await settle();
      expect(written.outcome).toBeUndefined();
      expect(bench.metrics.value('repram_tree_acks_ignored_total')).toBe(1);
    });

    it('does not count an acknowledgement of another write', async () => {
      a.view(1);
      const written = bench.write();
      a.ack('other');
      await settle();
      expect(written.outcome).toBeUndefined();
    });

    it('is by what the parent counts now: a smaller basis may make it', async () => {
      const written = bench.write();
      a.ack(written.messageId);
      a.view(1);
      await settle();
      expect(written.outcome).toBe('quorum');
    });

    it('waits for the parent to say what it counts', async () => {
      bench = new TransientBench(['a']);
      a = bench.at('a', { basis: undefined });
      await bench.start();
      const written = bench.write();
      a.ack(written.messageId);
      await settle();
      expect(written.outcome).toBeUndefined();
      a.view(1);
      await settle();
      expect(written.outcome).toBe('quorum');
    });

    it('is out of reach where the parent counts nobody: pending at once, and sent all the same', async () => {
      a.view(0);
      const written = bench.write();
      await settle();
      expect([written.outcome, bench.clock.monotonicMs(), sentTo(a)]).toEqual(['pending', 0, [written.messageId]]);
      a.ack(written.messageId);
      await settle();
      expect(outbox()).toBe(1);
    });
  });

  describe('under a parent of another implementation', () => {
    const older = async (parts: Partial<FakeSubstrate>): Promise<void> => {
      bench = new TransientBench(['a']);
      a = bench.at('a', { isOurs: false, codec: 'json', ...parts });
      await bench.start();
    };

    it('counts the nodes of the own enclave that it names, and itself', async () => {
      await older({ members: [candidate('b'), candidate('b'), candidate('c'), candidate('f', { enclave: 'other' })] });
      const written = bench.write();
      a.ack(written.messageId, 'a');
      for (const from of ['f', 'stranger', 'child']) a.ack(written.messageId, from);
      await settle();
      expect(written.outcome).toBeUndefined();
      expect(bench.metrics.value('repram_tree_acks_ignored_total')).toBe(3);
      a.ack(written.messageId, 'c');
      await settle();
      expect(written.outcome).toBe('quorum');
    });

    it('counts a node that it tells of later', async () => {
      await older({ members: [candidate('b')] });
      const nodeInfo = { id: 'd', address: 'd.test', port: 0, httpPort: 8080, enclave: 'default' };
      const written = bench.write();
      a.ack(written.messageId, 'd');
      a.say({ type: 'topology_sync', message: { type: 'SYNC', from: 'a', timestampS: 1, messageId: '', nodeInfo } });
      a.ack(written.messageId, 'a');
      await settle();
      expect(written.outcome).toBeUndefined();
      a.ack(written.messageId, 'd');
      await settle();
      expect(written.outcome).toBe('quorum');
    });

    it('counts so many that it names, and no more', async () => {
      await older({ members: Array.from({ length: MAX_WELCOME_MEMBERS + 5 }, (_, i) => candidate(`n${i}`)) });
      expect(bench.metrics.value('repram_tree_members_uncounted_total')).toBe(5);
    });

    it('does not count a parent of another enclave', async () => {
      await older({ enclave: 'other', members: [candidate('a', { enclave: 'other' })] });
      const written = bench.write();
      await settle();
      expect(written.outcome).toBe('pending');
    });

    it('does not believe a view', async () => {
      await older({ members: [candidate('b'), candidate('c')] });
      a.view(1);
      const written = bench.write();
      a.ack(written.messageId);
      await settle();
      expect(written.outcome).toBeUndefined();
    });
  });

  it('answers pending at the write timeout, and keeps the write', async () => {
    const written = bench.write();
    await bench.clock.run(4999);
    expect(written.outcome).toBeUndefined();
    await bench.clock.run(1);
    expect([written.outcome, outbox()]).toEqual(['pending', 1]);
    a.ack(written.messageId, 'a');
    a.ack(written.messageId, 'b');
    await settle();
    expect([written.outcome, outbox()]).toEqual(['pending', 0]);
  });

  describe('while detached', () => {
    beforeEach(async () => {
      a.reach = 'refused';
      a.link.end();
      await settle();
    });

    it('waits until the write timeout, then says pending', async () => {
      const written = bench.write();
      await bench.clock.run(4999);
      expect(written.outcome).toBeUndefined();
      await bench.clock.run(1);
      expect(written.outcome).toBe('pending');
    });

    it('waits likewise where the lost parent counted nobody', async () => {
      a.reach = 'open';
      a.basis = 0;
      await bench.clock.run(60_000);
      a.reach = 'refused';
      a.link.end();
      const written = bench.write();
      await settle();
      expect([bench.transient.status.parent, written.outcome]).toEqual([undefined, undefined]);
    });

    it('reaches the quorum where it is attached in time', async () => {
      const written = bench.write();
      a.reach = 'open';
      a.basis = 1;
      a.acknowledges = true;
      await bench.clock.run(4000);
      expect(written.outcome).toBe('quorum');
    });
  });

  describe('after a reattachment', () => {
    const lose = async (): Promise<void> => {
      a.link.end();
      await settle();
    };

    it('sends again what no quorum holds, oldest first, as it was', async () => {
      const [first, second, third] = [bench.write('k1'), bench.write('k2'), bench.write('k3')];
      for (const by of ['a', 'b']) a.ack(second.messageId, by);
      const before = a.got('put');
      await lose();
      expect(sentTo(a).slice(3)).toEqual([first.messageId, third.messageId]);
      expect(a.got('put').slice(3)).toEqual([before[0], before[2]]);
      expect(bench.metrics.value('repram_tree_writes_resent_total')).toBe(2);
    });

    it('sends what is written next after that', async () => {
      const first = bench.write();
      a.link.end();
      const second = bench.write();
      await settle();
      expect(sentTo(a)).toEqual([first.messageId, first.messageId, second.messageId]);
    });

    it('does not send what has expired', async () => {
      bench.write('old', { ttlSeconds: 300 });
      a.reach = 'refused';
      await lose();
      await bench.clock.run(200_000);
      const young = bench.write('young', { ttlSeconds: 300 });
      await bench.clock.run(100_000);
      a.reach = 'open';
      await bench.clock.run(60_000);
      expect(bench.state).toBe('attached');
      expect(sentTo(a).at(-1)).toBe(young.messageId);
      expect([sentTo(a).length, outbox()]).toEqual([2, 1]);
      expect(bench.metrics.value('repram_tree_outbox_dropped_total', { reason: 'expired' })).toBe(1);
    });

    it('does not count what the lost parent had acknowledged, until it acknowledges again', async () => {
      a.members = [candidate('b')];
      a.view(3);
      const b = bench.at('b', { basis: 3 });
      const written = bench.write();
      a.ack(written.messageId, 'a');
      a.reach = 'refused';
      await lose();
      expect(bench.parentId).toBe('b');
      b.ack(written.messageId, 'b');
      await settle();
      expect(written.outcome).toBeUndefined();
      b.ack(written.messageId, 'a');
      await settle();
      expect(written.outcome).toBe('quorum');
    });

    it('does not count what a parent that was left acknowledges yet, but what others do through it', async () => {
      const b = bench.at('b', { basis: 3 });
      a.alternatives = [candidate('b')];
      a.link.lingers = true;
      const written = bench.write();
      a.goodbye();
      await settle();
      expect(bench.parentId).toBe('b');
      b.ack(written.messageId, 'b');
      a.ack(written.messageId, 'a');
      await settle();
      expect(written.outcome).toBeUndefined();
      a.ack(written.messageId, 'x');
      await settle();
      expect(written.outcome).toBe('quorum');
    });

    it('counts what others had acknowledged through the lost parent', async () => {
      const written = bench.write();
      a.ack(written.messageId, 'x');
      await lose();
      a.ack(written.messageId, 'a');
      await settle();
      expect(written.outcome).toBe('quorum');
    });
  });

  describe('pace', () => {
    it('hands no more to the socket than the network takes, and goes on when it has', async () => {
      const first = bench.write('k1', { bytes: 100 });
      a.link.bytesQueued = 2 * 1024 * 1024;
      const others = [bench.write('k2'), bench.write('k3')];
      await bench.clock.run(1000);
      expect(sentTo(a)).toEqual([first.messageId]);
      a.link.bytesQueued = 0;
      await bench.clock.run(100);
      expect(sentTo(a)).toEqual([first, ...others].map(({ messageId }) => messageId));
    });

    it('sends no more writes a second than a parent takes, in their order', async () => {
      a.reach = 'refused';
      a.link.end();
      await settle();
      const written = Array.from({ length: MAX_OUTBOX_WRITES }, (_, i) => bench.write(`k${i}`));
      a.reach = 'open';
      while (bench.state !== 'attached') await bench.clock.run(10);
      const sentBefore = sentTo(a).length;
      expect(sentBefore).toBeGreaterThan(0);
      await bench.clock.run(1000);
      const sent = sentTo(a);
      expect(sent.length - sentBefore).toBeLessThanOrEqual(WRITES_PER_SECOND * 1.1);
      expect(sent.length - sentBefore).toBeGreaterThan(WRITES_PER_SECOND * 0.8);
      await bench.clock.run(2000);
      expect(sentTo(a)).toEqual(written.map(({ messageId }) => messageId));
    });
  });

  describe('bounds', () => {
    const detach = async (): Promise<void> => {
      a.reach = 'refused';
      a.link.end();
      await settle();
    };

    it('takes so many writes while detached, and refuses the next', async () => {
      await detach();
      for (let i = 0; i < MAX_OUTBOX_WRITES; i++) bench.write(`k${i}`);
      expect(bench.transient.hasRoom).toBe(false);
      const refused = bench.write();
      await settle();
      expect([refused.outcome, outbox()]).toEqual(['overloaded', MAX_OUTBOX_WRITES]);
    });

    it('takes so many bytes, and the write at hand', async () => {
      await detach();
      const megabyte = 1024 * 1024;
      for (let i = 0; i < MAX_OUTBOX_BYTES / megabyte - 1; i++) bench.write(`k${i}`, { bytes: megabyte });
      expect(bench.transient.hasRoom).toBe(true);
      bench.write('last', { bytes: megabyte });
      expect(bench.transient.hasRoom).toBe(false);
      expect(bench.transient.status.outbox.bytes).toBeGreaterThanOrEqual(MAX_OUTBOX_BYTES);
    });

    it('has room again when writes have expired', async () => {
      await detach();
      for (let i = 0; i < MAX_OUTBOX_WRITES; i++) bench.write(`k${i}`, { ttlSeconds: 300 });
      expect(bench.transient.hasRoom).toBe(false);
      await bench.clock.run(300_000);
      expect(bench.transient.hasRoom).toBe(true);
      expect(outbox()).toBe(0);
    });

    it('lets the one go that a substrate has held longest', async () => {
      const written = Array.from({ length: MAX_OUTBOX_WRITES }, (_, i) => bench.write(`k${i}`));
      expect(bench.transient.hasRoom).toBe(false);
      a.ack(written[5]?.messageId ?? '');
      a.ack(written[2]?.messageId ?? '');
      expect(bench.transient.hasRoom).toBe(true);
      bench.write('more');
      await settle();
      expect([written[5]?.outcome, written[2]?.outcome, outbox()]).toEqual(['pending', undefined, MAX_OUTBOX_WRITES]);
      expect(bench.metrics.value('repram_tree_outbox_dropped_total', { reason: 'full' })).toBe(1);
    });
  });

  it('has no room for a write in the place of one that has left the outbox already', async () => {
    const gone = bench.write('gone');
    for (const by of ['a', 'b']) a.ack(gone.messageId, by);
    for (let i = 0; i < MAX_OUTBOX_WRITES; i++) bench.write(`k${i}`);
    expect(bench.transient.hasRoom).toBe(false);
  });

  it('takes no write after it has stopped, and answers it as pending', async () => {
    await bench.transient.stop();
    const written = bench.write();
    await settle();
    expect([written.outcome, outbox()]).toEqual(['pending', 0]);
  });
});
