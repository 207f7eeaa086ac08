import { afterEach, describe, expect, it } from 'vitest';
import type { Member } from '../../../../src/gossip/membership/member.js';
import type { MemberEvent, MemberEventKind } from '../../../../src/gossip/membership/member-event.js';
import { MAX_VIEW_MEMBERS } from '../../../../src/tree/frame.js';
import type { FakeLink } from '../../../support/fake-link-substrate.js';
import { infoOf } from '../../../support/gossip-bench.js';
import { SubstrateBench } from '../../../support/substrate-bench.js';

let bench = new SubstrateBench();

afterEach(() => {
  bench.substrate.stop();
  expect(bench.clock.pendingTimers).toBe(0);
  bench = new SubstrateBench();
});

function change(kind: MemberEventKind, id: string): MemberEvent {
  const { enclave } = infoOf(id);
  const times = { sinceMs: 0, struckMs: 0, heardMs: 0, signOfLifeMs: 0 };
  const flags = { introduced: true, reachable: true, proven: true, saidGoodbye: false, speaksExtension: false };
  const member: Member = {
    ...{ id, address: { host: `${id}.test`, port: 8080 }, gossipPort: 9090, enclave, extension: undefined },
    ...{ state: 'alive', strikes: 0, refusals: 0, ...times, ...flags },
  };
  return { kind, member };
}

const views = (link: FakeLink): string[][] => link.of('view').map(({ members }) => members.map(({ id }) => id));
const syncs = (link: FakeLink): string[] => link.of('topology_sync').map(({ message }) => message.nodeInfo.id);

describe('changes of the members', () => {
  it('AreGatheredAndToldAsAViewToOurs_AndOneByOneToOthers', () => {
    const [ours, foreign] = [bench.greet('ours'), bench.greet('foreign', { foreign: true })];
    bench.mesh.members = [infoOf('a'), infoOf('b')];
    bench.substrate.membersChanged([change('joined', 'a')]);
    bench.clock.advance(150);
    bench.substrate.membersChanged([change('returned', 'b')]);
    bench.clock.advance(49);
    expect([views(ours).length, syncs(foreign)]).toEqual([1, []]);
    bench.clock.advance(1);
    expect(views(ours)).toHaveLength(2);
    expect(views(ours)[1]?.sort()).toEqual(['a', 'b', 'self']);
    expect([syncs(foreign), views(foreign), syncs(ours)]).toEqual([['a', 'b'], [], []]);
    expect(foreign.of('topology_sync')[0]?.message.from).toBe('self');
    bench.clock.advance(1000);
    expect([views(ours).length, syncs(foreign).length]).toEqual([2, 2]);
  });

  it('ThatTakeSomebodyAway_AreToldToOursOnly', () => {
    const [ours, foreign] = [bench.greet('ours'), bench.greet('foreign', { foreign: true })];
    bench.substrate.membersChanged([change('evicted', 'a')]);
    bench.clock.advance(200);
    expect([views(ours).length, syncs(foreign)]).toEqual([2, []]);
  });

  it('OfWhoCameAndWentMeanwhile_AreNotToldToOthers', () => {
    const foreign = bench.greet('foreign', { foreign: true });
    bench.substrate.membersChanged([change('joined', 'a'), change('joined', 'b'), change('left', 'a')]);
    bench.clock.advance(200);
    expect(syncs(foreign)).toEqual(['b']);
  });

  it('ThatChangeNothingForChildren_AreNotTold', () => {
    const ours = bench.greet('ours');
    bench.substrate.membersChanged([change('suspected', 'a'), change('cleared', 'a'), change('spoke', 'b')]);
    bench.clock.advance(1000);
    expect(views(ours)).toHaveLength(1);
  });

  it('WithoutChildren_CostNothing', () => {
    bench.substrate.membersChanged([change('joined', 'a')]);
    expect(bench.clock.pendingTimers).toBe(0);
  });

  it('WhoseChildrenHaveGoneMeanwhile_AreToldToNobody', () => {
    bench.greet('ours').end();
    const ours = bench.greet('ours');
    bench.substrate.membersChanged([change('joined', 'a')]);
    ours.end();
    expect(bench.clock.pendingTimers).toBe(0);
    const foreign = bench.greet('foreign', { foreign: true });
    bench.substrate.membersChanged([change('joined', 'b')]);
    bench.clock.advance(200);
    expect(syncs(foreign)).toEqual(['b']);
  });
});

describe('a view', () => {
  it('ComesEveryTenSeconds_WithTheRoomThereIsByThen', () => {
    const ours = bench.greet('ours');
    bench.mesh.members = [infoOf('a')];
    bench.mesh.rooms.set('a', 5);
    bench.greet('another');
    bench.live(10_000);
    const last = ours.of('view').at(-1);
    expect(ours.of('view')).toHaveLength(2);
    expect(last?.members.map(({ id, room }) => [id, room])).toEqual([
      ['self', 98],
      ['a', 5],
    ]);
  });

  it('IsOneFrameForAllChildrenOfAnEnclave', () => {
    const links = ['a', 'b', 'c'].map((id) => bench.greet(id));
    const other = bench.greet('d', { enclave: 'other' });
    bench.live(10_000);
    const [a, b, c] = links.map((link) => link.of('view').at(-1));
    expect([b === a, c === a, other.of('view').at(-1) === a]).toEqual([true, true, false]);
  });

  it('OfALargeCluster_IsBounded_TheParentAndTheEnclaveOfTheChildFirst', () => {
    const far = Array.from({ length: 100 }, (_, i) => infoOf(`far-${i}`, { enclave: 'other' }));
    const near = Array.from({ length: 20 }, (_, i) => infoOf(`near-${i}`));
    bench.mesh.members = [...far, ...near];
    const [view] = views(bench.greet('child'));
    expect(view).toHaveLength(MAX_VIEW_MEMBERS);
    expect(view?.[0]).toBe('self');
    expect(view?.slice(1, 21).sort()).toEqual(near.map(({ id }) => id).sort());
    expect(new Set(view).size).toBe(MAX_VIEW_MEMBERS);
  });

  it('OfAChildOfAnotherEnclave_HasTheBasisOfThatEnclave_AndTheParent', () => {
    bench.mesh.members = [infoOf('x', { enclave: 'other' }), infoOf('y', { enclave: 'other' }), infoOf('z')];
    const [view] = bench.greet('child', { enclave: 'other' }).of('view');
    expect(view?.basis).toBe(2);
    expect(view?.members.map(({ id }) => id).slice(0, 1)).toEqual(['self']);
    expect(
      view?.members
        .map(({ id }) => id)
        .slice(1, 3)
        .sort(),
    ).toEqual(['x', 'y']);
  });

  it('IsNotSentToAChildThatLeaves', () => {
    const link = bench.greet('child');
    void bench.substrate.drain(60_000);
    bench.live(10_000);
    expect(views(link)).toHaveLength(1);
  });
});
