import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MOVE_MS } from '../../../src/tree/tree-manager.js';
import { answerOf, infoOf, putOf } from '../../support/gossip-bench.js';
import { TextLink, TreeBench } from '../../support/tree-bench.js';

let world: TreeBench;

beforeEach(() => {
  world = new TreeBench();
});

afterEach(() => world.stop());

const settled = (): Promise<void> => world.bench.clock.run(0);

const isOver = async (promise: Promise<unknown>): Promise<boolean> => {
  let isSettled = false;
  void promise.then(() => {
    isSettled = true;
  });
  await settled();
  return isSettled;
};

describe('TreeManager', () => {
  it('Substrate_AtFirst_TakesChildren_AndTellsMembersHowManyMore', () => {
    const { tree, bench } = world;
    expect([tree.role, tree.mayAccept]).toEqual(['substrate', true]);
    expect(world.child('a').of('welcome')).toHaveLength(1);
    expect(bench.gossip.rooms.along()).toEqual({ room: 9 });
    expect(world.dialer.dialled).toEqual([]);
  });

  it('Writes_OwnAndOfMembers_GoDown_ThoseOfAChildGoUp', async () => {
    const { bench } = world;
    await bench.prove(infoOf('member', { incarnation: 1 }));
    const [a, b] = [world.child('a'), world.child('b')];
    bench.transport.onSend = answerOf;
    const own = bench.gossip.writer.write('own', Buffer.from('x'), 600);
    bench.gossip.receive(putOf('member', 'm1', { key: 'of-member' }));
    await settled();
    expect(await own).toBe('quorum');
    a.receive('put', { type: 'PUT', from: 'a', timestamp: 1, message_id: 'c1', key: 'up', data: 'eA==', ttl: 600 });
    await settled();
    expect(a.of('put').map(({ key }) => key)).toEqual(['own', 'of-member']);
    expect(b.of('put').map(({ key }) => key)).toEqual(['own', 'of-member', 'up']);
    expect(a.of('ack').map(({ message_id: id, from }) => [id, from])).toEqual([
      ['c1', 'self'],
      ['c1', 'member'],
    ]);
  });

  it('Members_ThatComeAndGo_AreToldToChildren', async () => {
    const child = world.child('a');
    const before = child.of('view').length;
    await world.bench.prove(infoOf('member', { incarnation: 1 }));
    await world.bench.clock.run(1000);
    expect(child.of('view').slice(before)).toMatchObject([{ members: [{ id: 'self' }, { id: 'member' }] }]);
  });

  it('Transient_DialsItsSeeds_AndTakesNobody', async () => {
    const { tree, dialer } = world;
    tree.becomeTransient();
    tree.becomeTransient();
    await settled();
    expect([tree.role, tree.mayAccept, tree.transient.isUsed]).toEqual(['transient', false, true]);
    expect(dialer.dialled).toEqual(world.seeds);
    const link = new TextLink();
    tree.accept(link);
    expect([link.code, link.sent]).toEqual([1013, []]);
  });

  it('Transient_ThatServedAloneBefore_SendsAwayItsChildren_AndIsNoMemberAnyMore', async () => {
    const { tree, bench } = world;
    await bench.prove(infoOf('member', { incarnation: 1 }), infoOf('old'));
    const child = world.child('a');
    bench.gossip.start();
    tree.becomeTransient();
    expect(child.of('goodbye')).toMatchObject([{ reason: 'shutdown' }]);
    expect(bench.gossip.rooms.along()).toEqual({ room: 0 });
    await settled();
    expect(bench.transport.of('LEAVE').map(({ to }) => to.host)).toEqual(['member.test']);
    expect(bench.gossip.members.live()).toEqual([]);
    bench.transport.sent.length = 0;
    await bench.clock.run(MOVE_MS);
    expect(bench.transport.sent).toEqual([]);
    expect([child.code, tree.substrate.children]).toEqual([1001, []]);
  });

  it('Transient_Attached_WritesThroughItsParent_AndAsksNoMember', async () => {
    const { tree, bench } = world;
    const parent = world.parentAnswers('parent');
    const attached = tree.attached;
    tree.becomeTransient();
    await settled();
    await attached;
    parent.receive('view', {
      basis: 1,
      members: [{ id: 'parent', address: 'parent.test', http_port: 8080, enclave: 'default' }],
    });
    const written = bench.gossip.writer.write('k', Buffer.from('x'), 600);
    await settled();
    const [put] = parent.of('put');
    parent.receive('ack', { type: 'ACK', from: 'parent', timestamp: 1, message_id: put?.['message_id'], key: 'k' });
    await settled();
    expect(await written).toBe('quorum');
    expect(bench.transport.sent).toEqual([]);
    parent.receive('put', {
      type: 'PUT',
      from: 'x',
      timestamp: 1,
      message_id: 'd1',
      key: 'down',
      data: 'eA==',
      ttl: 600,
    });
    expect(Buffer.from(bench.store.get('down')?.bytes ?? '').toString()).toBe('x');
  });

  it('Drain_OfASubstrate_WaitsForItsChildrenToGo', async () => {
    const child = world.child('a');
    const draining = world.tree.drain(5000, new Promise(() => undefined));
    expect(await isOver(draining)).toBe(false);
    child.receive('goodbye', { reason: 'leaving' });
    expect(await isOver(draining)).toBe(true);
  });

  it('Drain_OfATransient_LeavesItsParentOnceItsWritesAreDone', async () => {
    const { tree } = world;
    const parent = world.parentAnswers('parent');
    tree.becomeTransient();
    await settled();
    let finish: (value?: unknown) => void = () => undefined;
    const draining = tree.drain(5000, new Promise((resolve) => (finish = resolve)));
    expect(await isOver(draining)).toBe(false);
    expect(parent.of('goodbye')).toEqual([]);
    finish();
    expect(await isOver(draining)).toBe(true);
    expect([parent.of('goodbye').length, parent.code]).toEqual([1, 1000]);
  });

  it('Stop_EndsEverySocket', async () => {
    const child = world.child('a');
    world.tree.stop();
    expect(child.code).toBe(1001);
    const late = new TextLink();
    world.tree.accept(late);
    expect(late.code).toBe(1001);
  });
});
