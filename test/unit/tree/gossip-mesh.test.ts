import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GossipMesh } from '../../../src/tree/gossip-mesh.js';
import { GossipBench, infoOf, putOf, SELF } from '../../support/gossip-bench.js';

let bench: GossipBench;
let mesh: GossipMesh;

beforeEach(async () => {
  bench = new GossipBench();
  mesh = new GossipMesh(SELF, bench.gossip);
  await bench.prove(infoOf('a', { incarnation: 1 }), infoOf('far', { enclave: 'other', incarnation: 1 }));
});

afterEach(() => bench.gossip.stop());

describe('GossipMesh', () => {
  it('LiveMember_IsOneThatHasProvedToBeThere_AndHasNotGone', () => {
    bench.gossip.members.learn(infoOf('hearsay'), 'hearsay');
    expect(['a', 'far', 'hearsay', 'stranger', SELF.id].filter((id) => mesh.isLiveMember(id))).toEqual(['a', 'far']);
    bench.gossip.members.leave('a');
    expect(mesh.isLiveMember('a')).toBe(false);
  });

  it('Nodes_AreThisOneFirst_AndTheLiveMembers', () => {
    bench.gossip.members.leave('far');
    expect(mesh.nodes().map(({ id }) => id)).toEqual(['self', 'a']);
  });

  it('Basis_OfTheOwnEnclave_CountsThisNode_OfAnotherItsProvenMembersAlone', () => {
    bench.gossip.members.learn(infoOf('unproven', { enclave: 'other' }), 'hearsay');
    expect([mesh.basis('default'), mesh.basis('other'), mesh.basis('nobody')]).toEqual([2, 1, 0]);
    bench.gossip.members.leave('far');
    expect(mesh.basis('other')).toBe(0);
  });

  it('Room_IsWhatTheMemberHasSaid', () => {
    bench.gossip.rooms.said('a', 4);
    expect([mesh.roomOf('a'), mesh.roomOf('far')]).toEqual([4, undefined]);
  });

  it('Relay_OfAWriteThatComesAgain_IsHeld', () => {
    const relay = (enclave = 'default') => mesh.relay(putOf('child', `in ${enclave}`), enclave, () => undefined);
    expect([relay(), relay(), relay('other')]).toEqual(['held', 'held', 'passed']);
  });

  it('Question_OfANodeThatIsNoMember_IsAnswered_OfAnotherEnclaveItIsNot', () => {
    const ask = (enclave: string) =>
      mesh.answer({ op: 'read', key: 'k', from: 'child', enclave, sentMs: bench.clock.nowMs() });
    expect(ask('default')).toMatchObject({ op: 'read', from: SELF.id, instance: SELF.instance });
    expect(ask('other')).toBeUndefined();
  });

  it('Read_IsOneOnQuorum', async () => {
    bench.transport.onAsk = () => ({ kind: 'refused' });
    const reading = mesh.read('k');
    await bench.clock.run(10_000);
    expect(await reading).toEqual({ kind: 'unreached', answered: 1, needed: 2 });
    bench.gossip.members.leave('a');
    expect(await mesh.read('k')).toEqual({ kind: 'absent' });
  });
});
