import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HostPort } from '../../../../src/gossip/address.js';
import type { BootstrapOutcome } from '../../../../src/gossip/ports/transport.js';
import { selfInfo } from '../../../../src/gossip/self.js';
import { ALIAS_REST_MS, NEXT_SEED_MS } from '../../../../src/gossip/topology/joiner.js';
import { DIAL_AGAIN_MS, LEAST_DOUBT_MS, Reach } from '../../../../src/gossip/topology/reach.js';
import { GossipBench, infoOf, SELF } from '../../../support/gossip-bench.js';

let bench: GossipBench;

beforeEach(() => {
  bench = new GossipBench();
});

afterEach(() => bench.gossip.stop());

const seed = (name: string): HostPort => ({ host: `${name}.test`, port: 8080 });

function seedsAnswer(answers: Readonly<Record<string, BootstrapOutcome>>): void {
  bench.transport.onBootstrap = ({ host }) => answers[host] ?? { kind: 'failed', reason: 'refused' };
}

describe('Joiner', () => {
  it('Seeds_AreAskedInTurn_UntilOneAnswers', async () => {
    seedsAnswer({ 'b.test': { kind: 'joined', answer: { peers: [infoOf('b'), infoOf('x')] } } });
    expect(await bench.gossip.joiner.join(['a', 'b', 'c'].map(seed))).toBe(true);
    expect(bench.transport.asked).toEqual([seed('a'), seed('b')]);
    expect(bench.gossip.members.live().map((member) => member.id)).toEqual(['b', 'x']);
  });

  it('SeedWhoseMachineIsGone_IsNotWaitedFor_TheNextIsAskedBesides', async () => {
    const joined = { kind: 'joined', answer: { peers: [infoOf('c')] } } as const;
    const gone = { kind: 'failed', reason: 'timeout' } as const;
    bench.transport.onBootstrap = ({ host }) => (host === 'c.test' ? joined : bench.clock.sleep(5000).then(() => gone));
    const startedMs = bench.clock.monotonicMs();
    const joining = bench.gossip.joiner.join(['a', 'b', 'c'].map(seed));
    await bench.clock.run(2 * NEXT_SEED_MS);
    expect(bench.gossip.members.live().map((member) => member.id)).toEqual(['c']);
    expect([await joining, bench.clock.monotonicMs() - startedMs]).toEqual([true, 2 * NEXT_SEED_MS]);
  });

  it('SlowSeed_CountsAllTheSame_WhereTheOthersFail', async () => {
    const joined = { kind: 'joined', answer: { peers: [infoOf('a')] } } as const;
    const refused = { kind: 'failed', reason: 'refused' } as const;
    bench.transport.onBootstrap = ({ host }) =>
      host === 'a.test' ? bench.clock.sleep(3000).then(() => joined) : refused;
    const joining = bench.gossip.joiner.join(['a', 'b'].map(seed));
    await bench.clock.run(3000);
    expect(await joining).toBe(true);
  });

  it('Self_AmongTheSeeds_IsSkipped', async () => {
    expect(await bench.gossip.joiner.join([SELF.address, seed('a')])).toBe(false);
    expect(bench.transport.asked).toEqual([seed('a')]);
  });

  it('NoSeedAnswering_IsNoError', async () => {
    expect(await bench.gossip.joiner.join([seed('a'), seed('b')])).toBe(false);
    expect(await bench.gossip.joiner.join([])).toBe(false);
  });

  it('IdTaken_IsWarnedOf_AndTheNextSeedIsAsked', async () => {
    seedsAnswer({ 'a.test': { kind: 'id-taken' } });
    await bench.gossip.joiner.join([seed('a'), seed('b')]);
    expect(bench.log.messages('warn')).toEqual(['seed bears our node id: ids must be unique']);
    expect(bench.transport.asked).toHaveLength(2);
  });

  it('SeedThatPutsAFormerGoodbyeDownToThisProcess_IsOutdone_AndAskedOnceMore', async () => {
    const { incarnation } = SELF;
    const self = { ...selfInfo(SELF), extension: { incarnation: incarnation + 500, instance: SELF.instance } };
    seedsAnswer({ 'a.test': { kind: 'joined', answer: { peers: [infoOf('a'), self] } } });
    await bench.gossip.joiner.join([seed('a')]);
    expect([SELF.incarnation, bench.transport.asked]).toEqual([incarnation + 501, [seed('a'), seed('a')]]);
    SELF.incarnation = incarnation;
    SELF.contenders.clear();
  });

  it('Answer_IsHearsay_AndItsListOfThisNodeIsNoMember', async () => {
    seedsAnswer({ 'a.test': { kind: 'joined', answer: { peers: [infoOf('x'), selfInfo(SELF)] } } });
    await bench.gossip.joiner.join([seed('a')]);
    expect([...bench.gossip.members.all()].map(({ id, introduced }) => [id, introduced])).toEqual([['x', false]]);
  });

  it('SeedItself_HasSpokenAndAnswered_AndIsTriedAgainShouldItDieAtOnce', async () => {
    seedsAnswer({ 'a.test': { kind: 'joined', answer: { peers: [infoOf('a'), infoOf('x')] } } });
    await bench.gossip.joiner.join([seed('a')]);
    expect([...bench.gossip.members.all()].map(({ id, proven }) => [id, proven])).toEqual([
      ['a', true],
      ['x', false],
    ]);
  });

  it('TwoNodesListedAtTheSeedsAddress_AreBothHearsay', async () => {
    const ghost = { ...infoOf('ghost'), address: 'a.test' };
    seedsAnswer({ 'a.test': { kind: 'joined', answer: { peers: [ghost, infoOf('a')] } } });
    await bench.gossip.joiner.join([seed('a')]);
    expect([...bench.gossip.members.all()].every(({ proven }) => !proven)).toBe(true);
  });

  it('Learned_IsProbedAtOnce_WithThisNodesOwnDescription', async () => {
    seedsAnswer({ 'a.test': { kind: 'joined', answer: { peers: [infoOf('x')] } } });
    await bench.gossip.joiner.join([seed('a')]);
    await bench.clock.run(0);
    const [ping] = bench.transport.of('PING', 'x.test');
    expect(ping?.message).toMatchObject({ to: 'x', wantsReply: true, nodeInfo: selfInfo(SELF) });
  });

  it('Seed_WhereNobodyLivesAnyMore_IsAskedAgain_SomebodyElseMayComeUpThere', async () => {
    seedsAnswer({ 'a.test': { kind: 'joined', answer: { peers: [infoOf('a')] } } });
    await bench.gossip.joiner.join([seed('a')]);
    expect(bench.gossip.joiner.unmet([seed('a')])).toEqual([]);
    bench.gossip.members.leave('a');
    expect(bench.gossip.joiner.unmet([seed('a')])).toEqual([seed('a')]);
  });

  it('Seed_ThatIsANameOfOthers_RestsBetweenTwoAnswers', async () => {
    seedsAnswer({ 'all.test': { kind: 'joined', answer: { peers: [infoOf('a'), infoOf('b')] } } });
    await bench.gossip.joiner.join([seed('all')]);
    await bench.clock.run(ALIAS_REST_MS - 1);
    expect(bench.gossip.joiner.unmet([seed('all')])).toEqual([]);
    await bench.clock.run(1);
    expect(bench.gossip.joiner.unmet([seed('all')])).toEqual([seed('all')]);
  });

  it('Seeds_AreMetOnceTheyAnswer_OrAMemberLivesThere_OrTheyAreThisNode', async () => {
    seedsAnswer({ 'a.test': { kind: 'joined', answer: { peers: [infoOf('b')] } }, 'me.test': { kind: 'self' } });
    const seeds = ['me', 'a', 'b', 'c'].map(seed);
    await bench.gossip.joiner.join(seeds);
    expect(bench.gossip.joiner.unmet([...seeds, SELF.address])).toEqual([seed('c')]);
    expect(bench.log.messages('warn')).toEqual([]);
  });

  it('MembersOfBefore_AreToldOfEverybodyFound_AndNobodyElseIs', async () => {
    bench.gossip.members.learn(infoOf('old'), 'direct');
    seedsAnswer({ 'a.test': { kind: 'joined', answer: { peers: [infoOf('a'), infoOf('x'), infoOf('old')] } } });
    await bench.gossip.joiner.join([seed('a')]);
    await bench.clock.run(0);
    const told = bench.transport.of('SYNC');
    expect(told.map(({ to, message }) => [to.host, message.type === 'SYNC' && message.nodeInfo.id])).toEqual([
      ['old.test', 'a'],
      ['old.test', 'x'],
    ]);
  });

  it('WhoLearnsOfThisNodeWhileItAsks_IsToldOfNobody_TheSeedToldIt', async () => {
    bench.transport.onBootstrap = () => {
      bench.gossip.members.learn(infoOf('x'), 'direct');
      return { kind: 'joined', answer: { peers: [infoOf('a'), infoOf('x'), infoOf('y')] } };
    };
    await bench.gossip.joiner.join([seed('a')]);
    await bench.clock.run(0);
    expect(bench.transport.of('SYNC')).toEqual([]);
  });

  describe('of a node that does not know whether it can be dialled', () => {
    const heard: boolean[] = [];
    beforeEach(() => {
      heard.length = 0;
      bench.gossip.joiner.reach = new Reach(bench.clock, (isReachable) => void heard.push(isReachable));
    });
    const answer = (reachable?: boolean): BootstrapOutcome => ({
      kind: 'joined',
      answer: { peers: [infoOf('a'), infoOf('x')], ...(reachable !== undefined && { reachable }) },
    });

    it('Reach_IsAskedOfEachSeed_UntilOneHasSaid', async () => {
      const wanted: unknown[] = [];
      bench.transport.onBootstrap = ({ host }, { wantsReach }) => {
        wanted.push([host, wantsReach]);
        return host === 'b.test' ? answer(true) : { kind: 'failed', reason: 'refused' };
      };
      await bench.gossip.joiner.join(['a', 'b'].map(seed));
      await bench.gossip.joiner.join(['c'].map(seed));
      expect(wanted).toEqual([
        ['a.test', true],
        ['b.test', true],
        ['c.test', undefined],
      ]);
      expect(heard).toEqual([true]);
    });

    it('Unreachable_IsAskedAgain_ThenItIsTold_AndJoinsThroughNobody_ThenOrLater', async () => {
      let asked = 0;
      bench.transport.onBootstrap = () => {
        asked++;
        return answer(false);
      };
      const joining = bench.gossip.joiner.join([seed('a')]);
      await bench.clock.run(LEAST_DOUBT_MS - 1);
      expect(heard).toEqual([]);
      await bench.clock.run(DIAL_AGAIN_MS);
      expect([await joining, asked]).toEqual([true, 1 + LEAST_DOUBT_MS / DIAL_AGAIN_MS]);
      seedsAnswer({ 'b.test': answer() });
      expect(await bench.gossip.joiner.join([seed('b')])).toBe(true);
      expect([heard, bench.gossip.members.live()]).toEqual([[false], []]);
    });

    it('Unreachable_ButAnotherNodePostsMeanwhile_IsAMember', async () => {
      bench.transport.onBootstrap = (_seed, { wantsReach }) => answer(wantsReach === true ? false : undefined);
      const joining = bench.gossip.joiner.join([seed('a')]);
      await bench.clock.run(DIAL_AGAIN_MS - 1);
      bench.gossip.receive({ type: 'PING', from: 'late', timestampS: 1, messageId: 'p', to: 'self' });
      await bench.clock.run(1);
      expect([await joining, heard]).toEqual([true, [true]]);
      expect(bench.gossip.members.live().map(({ id }) => id)).toEqual(['a', 'x']);
    });

    it('SeedThatSaysUnreachable_ThoughItWasNotAsked_IsNoSeed', async () => {
      bench.gossip.joiner.reach = undefined;
      seedsAnswer({ 'a.test': answer(false) });
      expect(await bench.gossip.joiner.join([seed('a')])).toBe(false);
    });

    it('SeedOfAnotherImplementation_SaysNothing_AndTheNodeIsAMember', async () => {
      seedsAnswer({ 'a.test': answer() });
      await bench.gossip.joiner.join([seed('a')]);
      expect(heard).toEqual([true]);
      expect(bench.gossip.members.live().map(({ id }) => id)).toEqual(['a', 'x']);
    });

    it('SeedsThatAreAskedAtOnce_AndDisagree_TheOneThatGotThroughCounts', async () => {
      bench.transport.onBootstrap = ({ host }, { wantsReach }) =>
        bench.clock
          .sleep(host === 'a.test' ? 2 * NEXT_SEED_MS : 0)
          .then(() => answer(wantsReach === true ? host === 'a.test' : undefined));
      const joining = bench.gossip.joiner.join(['a', 'b'].map(seed));
      await bench.clock.run(3 * NEXT_SEED_MS);
      expect([await joining, heard]).toEqual([true, [true]]);
      expect(bench.gossip.members.live().map(({ id }) => id)).toEqual(['a', 'x']);
    });

    it('SeedsThatDoNotAnswer_OrBearItsId_OrAreIt_DecideNothing', async () => {
      seedsAnswer({ 'a.test': { kind: 'self' }, 'b.test': { kind: 'id-taken' } });
      expect(await bench.gossip.joiner.join(['a', 'b', 'c'].map(seed))).toBe(false);
      expect(heard).toEqual([]);
    });
  });
});
