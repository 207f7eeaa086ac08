import { beforeEach, describe, expect, it } from 'vitest';
import { STRIKES_TO_EVICT } from '../../../../src/gossip/membership/evidence.js';
import { type MemberState, speaksExtension } from '../../../../src/gossip/membership/member.js';
import { MAX_MEMBERS, MEMORY_OF_THE_DEAD_MS, MemberTable } from '../../../../src/gossip/membership/member-table.js';
import type { NodeInfo } from '../../../../src/gossip/wire/message.js';
import { infoOf, SELF } from '../../../support/gossip-bench.js';
import { ReadableMetrics } from '../../../support/ports.js';
import { VirtualClock } from '../../../support/virtual-clock.js';

let clock: VirtualClock;
let metrics: ReadableMetrics;
let table: MemberTable;
let events: string[];

beforeEach(() => {
  clock = new VirtualClock();
  metrics = new ReadableMetrics();
  table = new MemberTable({ clock, metrics }, SELF);
  events = [];
  table.subscribe(({ kind, member }) => void events.push(`${member.id} ${kind}`));
});

/** Members of ours have an incarnation, older ones have none. */
const ours = (incarnation = 5) => infoOf('a', { incarnation });
const old = () => infoOf('a');
/** The process that `ours` is, under a later incarnation. */
const refutation = (address = 'a.test', incarnation = 6) => ({
  ...infoOf('a', { address }),
  extension: { incarnation, instance: 'a5' },
});

function prove(info: NodeInfo = ours()): void {
  table.learn(info, 'direct');
  table.answered(info.id);
}

function evict(id = 'a'): void {
  clock.advance(1);
  for (let strike = 0; strike < STRIKES_TO_EVICT; strike++) table.strike(id, true);
  clock.advance(1);
}

const strike = () => table.strike('a', true);
const silent = () => table.strike('a', false);
const accuse = () => table.accuse('a');
const condemn = () => table.condemn('a');
const vouched = () => table.vouched('a');
const answered = () => table.answered('a');
const heard = () => table.heard('a');
const rumour = () => table.learn(ours(), 'hearsay');
const leave = () => table.leave('a');
const replaced = () => table.replaced('a');

/** An operator removes `a`: nothing of it up to this incarnation is a member for an hour. */
function remove(incarnation: number): boolean {
  const removedAtMs = clock.nowMs();
  return table.remove({ id: 'a', incarnation, removedAtMs, expiresAtMs: removedAtMs + 3_600_000, by: 'b' });
}

const stateOf = (id = 'a'): MemberState | undefined => table.get(id)?.state;

interface Trap {
  readonly name: string;
  readonly given: readonly (() => void)[];
  readonly when: readonly (() => unknown)[];
  readonly state: MemberState;
  readonly incarnation?: number | undefined;
  readonly host?: string;
  readonly told?: readonly string[];
}

const TRAPS: readonly Trap[] = [
  {
    name: 'DeadMember_HearsayDoesNotRevive',
    given: [() => prove(), () => evict()],
    when: [() => table.learn(ours(), 'hearsay')],
    state: 'dead',
    told: ['a mentioned'],
  },
  {
    name: 'DeadMember_AnswerAloneDoesNotRevive_SomebodyElseMayAnswerThere',
    given: [() => prove(), () => evict()],
    when: [answered],
    state: 'dead',
    told: [],
  },
  {
    name: 'DeadMember_WordAloneDoesNotRevive_ItMayBeUnreachable',
    given: [() => prove(), () => evict()],
    when: [heard],
    state: 'dead',
    told: ['a spoke'],
  },
  {
    name: 'DeadMember_WordFromBeforeItsDeathAndAnswerAfter_DoNotRevive',
    given: [() => prove(), heard, () => clock.advance(1), () => evict()],
    when: [answered],
    state: 'dead',
  },
  {
    name: 'DeadMember_SpeaksThenAnswers_Returns',
    given: [() => prove(), () => evict()],
    when: [heard, answered],
    state: 'alive',
    told: ['a spoke', 'a returned'],
  },
  {
    name: 'DeadMember_AnswersThenSpeaks_Returns',
    given: [() => prove(), () => evict()],
    when: [answered, heard],
    state: 'alive',
    told: ['a spoke', 'a returned'],
  },
  {
    name: 'DeadMember_AnsweredOnceAndFailedSince_WordAloneDoesNotRevive',
    given: [() => prove(), () => evict(), answered, strike],
    when: [heard],
    state: 'dead',
    told: ['a spoke'],
  },
  {
    name: 'DeadMember_IntroducesItself_IsProbedAndNotYetBelieved',
    given: [() => prove(), () => evict()],
    when: [() => table.learn(ours(), 'direct')],
    state: 'dead',
    told: ['a spoke'],
  },
  {
    name: 'DeadMember_ThatHasMoved_MustAnswerAtItsNewAddress',
    given: [() => prove(), () => evict(), answered],
    when: [() => table.learn(refutation('b.test'), 'hearsay'), heard],
    state: 'dead',
    incarnation: 6,
    host: 'b.test',
    told: ['a spoke', 'a spoke'],
  },
  {
    name: 'FastRestart_DeadMember_LaterIncarnationReturnsAtOnce_EvenByHearsay',
    given: [() => prove(), () => evict()],
    when: [() => table.learn(ours(6), 'hearsay')],
    state: 'alive',
    incarnation: 6,
    told: ['a returned'],
  },
  {
    name: 'FastRestart_SuspectMember_LaterIncarnationWipesStrikes',
    given: [() => prove(), strike, strike],
    when: [() => table.learn(ours(6), 'direct'), strike],
    state: 'suspect',
    incarnation: 6,
    told: ['a restarted', 'a suspected'],
  },
  {
    name: 'FastRestart_AtAnotherAddress_Moves',
    given: [() => prove()],
    when: [() => table.learn(infoOf('a', { incarnation: 6, address: 'b.test' }), 'hearsay')],
    state: 'alive',
    incarnation: 6,
    host: 'b.test',
    told: ['a moved'],
  },
  {
    name: 'FormerIncarnation_DirectWordIsStale_AndChangesNothing',
    given: [() => prove()],
    when: [() => table.learn(infoOf('a', { incarnation: 4, address: 'b.test' }), 'direct')],
    state: 'alive',
    incarnation: 5,
    host: 'a.test',
    told: [],
  },
  {
    name: 'FormerIncarnation_HearsayAfterEviction_IsNotEvenAMention',
    given: [() => prove(), () => evict()],
    when: [() => table.learn(ours(4), 'hearsay')],
    state: 'dead',
    incarnation: 5,
    told: [],
  },
  {
    name: 'IncarnationLessWord_DoesNotEraseTheIncarnation',
    given: [() => prove()],
    when: [() => table.learn(old(), 'direct')],
    state: 'alive',
    incarnation: 5,
    told: [],
  },
  {
    name: 'OlderNodeInItsPlace_AfterGoodbye_ComesBackByIntroducingItself',
    given: [() => prove(), leave],
    when: [() => table.learn(old(), 'direct')],
    state: 'alive',
    incarnation: 5,
    told: ['a joined'],
  },
  {
    name: 'LeftMember_LateWordOfTheSameIncarnation_DoesNotRevive',
    given: [() => prove(), leave],
    when: [() => table.learn(ours(), 'direct'), heard, answered],
    state: 'left',
    told: [],
  },
  {
    name: 'LeftMember_HearsayDoesNotRevive_WithOrWithoutIncarnation',
    given: [() => prove(), leave],
    when: [() => table.learn(ours(), 'hearsay'), () => table.learn(old(), 'hearsay')],
    state: 'left',
    told: [],
  },
  {
    name: 'LeftMember_NextIncarnationComesBack',
    given: [() => prove(), leave],
    when: [() => table.learn(ours(6), 'hearsay')],
    state: 'alive',
    incarnation: 6,
    told: ['a returned'],
  },
  {
    name: 'AddressTakenOver_ByMistake_MemberComesBackByIntroducingItself',
    given: [() => prove(), replaced],
    when: [() => table.learn(ours(), 'direct')],
    state: 'alive',
    told: ['a joined'],
  },
  {
    name: 'AddressTakenOver_HearsayDoesNotRevive',
    given: [() => prove(), replaced],
    when: [() => table.learn(ours(), 'hearsay')],
    state: 'left',
    told: [],
  },
  {
    name: 'SettledMember_HearsayDoesNotMoveIt',
    given: [() => prove(old())],
    when: [() => table.learn(infoOf('a', { address: 'b.test' }), 'hearsay')],
    state: 'alive',
    host: 'a.test',
    told: [],
  },
  {
    name: 'OlderSuspect_HearsayMovesIt',
    given: [() => prove(old()), strike],
    when: [() => table.learn(infoOf('a', { address: 'b.test' }), 'hearsay')],
    state: 'suspect',
    host: 'b.test',
    told: ['a moved'],
  },
  {
    name: 'SuspectWithIncarnation_HearsayOfTheSameIncarnationDoesNotMoveIt',
    given: [() => prove(), strike],
    when: [() => table.learn(infoOf('a', { incarnation: 5, address: 'b.test' }), 'hearsay')],
    state: 'suspect',
    host: 'a.test',
    told: [],
  },
  {
    name: 'Member_IntroducesItselfElsewhere_MovesAndMustAnswerThere',
    given: [() => prove()],
    when: [() => table.learn(infoOf('a', { incarnation: 5, address: 'b.test' }), 'direct')],
    state: 'alive',
    host: 'b.test',
    told: ['a moved'],
  },
  {
    name: 'Suspect_AnswerBreaksTheRowOfStrikes',
    given: [() => prove(), strike, strike, answered],
    when: [strike, strike],
    state: 'suspect',
  },
  {
    name: 'Refusal_ThreeTimes_Evicts',
    given: [() => prove(), strike, strike],
    when: [strike],
    state: 'dead',
    told: ['a evicted'],
  },
  {
    name: 'Silence_AloneDoesNotEvict_HoweverOften',
    given: [() => prove()],
    when: Array.from({ length: 100 }, () => silent),
    state: 'suspect',
    told: ['a suspected'],
  },
  {
    name: 'Condemned_WithoutAStrike_IsNotEvicted',
    given: [() => prove(), accuse],
    when: [condemn],
    state: 'suspect',
    told: [],
  },
  {
    name: 'Condemned_WithOneStrike_IsEvicted',
    given: [() => prove(), accuse, silent],
    when: [condemn],
    state: 'dead',
    told: ['a evicted'],
  },
  {
    name: 'Accused_IsASuspect_WithoutAStrike',
    given: [() => prove()],
    when: [accuse, accuse],
    state: 'suspect',
    told: ['a suspected'],
  },
  {
    name: 'Accused_DeadOrGone_StaysSo',
    given: [() => prove(), leave],
    when: [accuse, condemn],
    state: 'left',
    told: [],
  },
  {
    name: 'Vouched_ClearsTheSuspect_AndBreaksTheRow',
    given: [() => prove(), strike, strike],
    when: [vouched, strike, strike],
    state: 'suspect',
    told: ['a cleared', 'a suspected'],
  },
  {
    name: 'Vouched_DoesNotReviveTheDead',
    given: [() => prove(), () => evict()],
    when: [vouched],
    state: 'dead',
    told: [],
  },
  {
    name: 'Refuted_TheRowOfStrikesStands',
    given: [() => prove(), strike, strike],
    when: [() => table.learn(refutation(), 'hearsay'), strike],
    state: 'dead',
    incarnation: 6,
    told: ['a refuted', 'a evicted'],
  },
  {
    name: 'Refuted_AndThenAnswered_TheRowIsBroken',
    given: [() => prove(), strike, strike],
    when: [() => table.learn(refutation(), 'hearsay'), answered, strike, strike],
    state: 'suspect',
    incarnation: 6,
    told: ['a refuted', 'a suspected'],
  },
  {
    name: 'Refuted_OfThePresentIncarnation_IsNoRefutation',
    given: [() => prove(), strike],
    when: [() => table.learn(ours(), 'hearsay'), () => table.learn(ours(), 'direct')],
    state: 'suspect',
    told: [],
  },
  {
    name: 'DeadMember_SameProcessInALaterIncarnation_MustStillAnswer',
    given: [() => prove(), () => evict()],
    when: [() => table.learn(refutation(), 'direct')],
    state: 'dead',
    incarnation: 6,
    told: ['a spoke'],
  },
  {
    name: 'Removed_IsNotListedAgain_WhoeverSaysSo',
    given: [() => prove(), () => remove(5)],
    when: [
      () => table.learn(ours(), 'direct'),
      () => table.learn(ours(), 'hearsay'),
      () => table.learn(ours(4), 'direct'),
      () => table.learn(old(), 'direct'),
      () => table.learn(old(), 'hearsay'),
      heard,
      answered,
      vouched,
      accuse,
      leave,
    ],
    state: 'removed',
    told: [],
  },
  {
    name: 'Removed_LaterIncarnationComesBack',
    given: [() => prove(), () => remove(5)],
    when: [() => table.learn(ours(6), 'direct')],
    state: 'alive',
    incarnation: 6,
    told: ['a returned'],
  },
  {
    name: 'Removed_AFormerProcess_LeavesThePresentOneAlone',
    given: [() => prove()],
    when: [() => remove(4)],
    state: 'alive',
    told: [],
  },
  {
    name: 'Suspect_WordAloneDoesNotBreakTheRowOfStrikes',
    given: [() => prove(), strike, strike, heard],
    when: [strike],
    state: 'dead',
    told: ['a evicted'],
  },
];

describe('MemberTable', () => {
  it.each(TRAPS.map((trap) => [trap.name, trap] as const))('%s', (_name, trap) => {
    const { given, when, state, incarnation = 0, host, told } = trap;
    for (const step of given) step();
    events.length = 0;
    for (const step of when) step();
    expect(stateOf()).toBe(state);
    if (incarnation > 0) expect(table.get('a')?.extension?.incarnation).toBe(incarnation);
    if (host !== undefined) expect(table.get('a')?.address.host).toBe(host);
    if (told !== undefined) expect(events).toEqual(told);
  });

  it.each<[string, readonly (() => unknown)[], boolean]>([
    ['one of ours that spoke', [], true],
    ['an older node that took its place', [() => table.learn(old(), 'direct')], false],
    ['one of ours, of which an older node relays word', [() => table.learn(old(), 'hearsay')], true],
    ['one of ours that spoke without saying who it is', [heard, answered], true],
    ['an older node, of whose former self others still talk', [() => table.learn(old(), 'direct'), rumour], false],
    ['one of ours back as itself', [() => table.learn(old(), 'direct'), () => table.learn(ours(), 'direct')], true],
    ['one of ours back, by hearsay', [() => table.learn(old(), 'direct'), () => table.learn(ours(6), 'hearsay')], true],
    ['an older node that came after a goodbye', [leave, () => table.learn(old(), 'direct')], false],
  ])('SpeaksOurExtension: %s', (_name, when, expected) => {
    prove();
    for (const step of when) step();
    const member = table.get('a');
    expect(member && speaksExtension(member)).toBe(expected);
    expect(member?.extension?.incarnation).toBeGreaterThanOrEqual(5);
  });

  it('OlderSuspect_InThePlaceOfOneOfOurs_HearsayMovesIt', () => {
    prove();
    table.learn(old(), 'direct');
    strike();
    table.learn(infoOf('a', { address: 'b.test' }), 'hearsay');
    expect(table.get('a')?.address.host).toBe('b.test');
  });

  it('Self_IsNoMember_NorIsWhoeverClaimsItsAddress', () => {
    expect(table.learn(infoOf('self', { address: 'elsewhere.test', incarnation: 99 }), 'hearsay')).toBe(false);
    expect(table.learn(infoOf('a', { address: 'self.test' }), 'direct')).toBe(false);
    expect([...table.all()]).toEqual([]);
  });

  it('QuorumBasis_CountsOnlyWhoSpokeAndAnswered', () => {
    table.learn(infoOf('rumour'), 'hearsay');
    table.answered('rumour');
    table.learn(infoOf('mute'), 'direct');
    expect(table.quorumBasis()).toBe(1);
    table.heard('rumour');
    table.answered('mute');
    expect(table.quorumBasis()).toBe(3);
  });

  it('QuorumBasis_EvictionDoesNotShrinkIt_LeavingDoes', () => {
    for (const id of ['a', 'b', 'c']) prove(infoOf(id, { incarnation: 1 }));
    prove(infoOf('foreign', { enclave: 'other' }));
    for (const id of ['a', 'b', 'c']) evict(id);
    expect(table.live().map((member) => member.id)).toEqual(['foreign']);
    expect(table.quorumBasis()).toBe(4);
    table.leave('a');
    table.replaced('b');
    expect(table.quorumBasis()).toBe(2);
  });

  it('Goodbye_OfAnIncarnationNotHeardOfYet_IsNotUndoneByTheNewsOfThat', () => {
    prove();
    table.leave('a', 6);
    events = [];
    for (const evidence of ['hearsay', 'direct'] as const) table.learn(refutation(), evidence);
    expect([table.get('a')?.state, table.get('a')?.extension, events]).toEqual([
      'left',
      { incarnation: 6, instance: 'a5' },
      [],
    ]);
    table.learn(refutation('a.test', 7), 'direct');
    expect(table.get('a')?.state).toBe('alive');
  });

  it('QuorumBasis_RemovalShrinksIt_AlsoOfTheDead', () => {
    prove();
    evict();
    expect(table.quorumBasis()).toBe(2);
    expect([remove(5), table.quorumBasis(), table.dead()]).toEqual([true, 1, []]);
  });

  it('Removal_IsNewsOnce_AndBarsWhoIsNotKnownYet', () => {
    expect([remove(5), remove(5)]).toEqual([true, false]);
    expect([table.learn(ours(), 'direct'), table.learn(ours(), 'hearsay'), stateOf()]).toEqual([
      false,
      false,
      undefined,
    ]);
    expect(metrics.value('repram_members_barred_total')).toBe(2);
  });

  it('Removal_ThatIsOver_BarsNobody', () => {
    prove();
    remove(5);
    clock.advance(3_600_000);
    expect(table.learn(ours(), 'direct')).toBe(true);
    expect(stateOf()).toBe('alive');
  });

  it('SixthMistakenEviction_ComesBackOnlyAfterAWhile', () => {
    prove();
    const flap = () => {
      evict();
      heard();
      answered();
      return stateOf();
    };
    for (let times = 0; times < 5; times++) expect(flap()).toBe('alive');
    expect(flap()).toBe('dead');
    clock.advance(5000);
    answered();
    expect(stateOf()).toBe('alive');
  });

  it('SixthEviction_OfAProcessThatWasRestarted_ComesBackAtOnce', () => {
    prove();
    for (let incarnation = 6; incarnation < 14; incarnation++) {
      evict();
      table.learn(ours(incarnation), 'hearsay');
      expect(stateOf()).toBe('alive');
    }
  });

  it('QuorumBasis_RestartDoesNotShrinkIt', () => {
    prove();
    table.learn(ours(6), 'hearsay');
    expect(table.quorumBasis()).toBe(2);
  });

  it('EnclavePeers_AreTheLiveMembersOfTheEnclave', () => {
    prove(infoOf('a'));
    prove(infoOf('b'));
    prove(infoOf('foreign', { enclave: 'other' }));
    table.strike('a', true);
    evict('b');
    expect(table.enclavePeers().map((member) => member.id)).toEqual(['a']);
  });

  it('TheDead_AreRememberedForADay_AndThenForgotten', () => {
    prove();
    evict();
    clock.advance(MEMORY_OF_THE_DEAD_MS - 2);
    table.forgetTheDead();
    expect(stateOf()).toBe('dead');
    clock.advance(1);
    table.forgetTheDead();
    expect(stateOf()).toBeUndefined();
  });

  it('TheLiving_AreNeverForgotten', () => {
    prove();
    clock.advance(2 * MEMORY_OF_THE_DEAD_MS);
    table.forgetTheDead();
    expect(stateOf()).toBe('alive');
  });

  describe('full', () => {
    const fill = (from: number) => {
      for (let i = from; i < MAX_MEMBERS; i++) table.learn(infoOf(`m${i}`), 'hearsay');
    };

    it('FullTable_RefusesNewcomers_RatherThanDisplaceTheLiving', () => {
      fill(0);
      expect(table.learn(infoOf('newcomer'), 'hearsay')).toBe(false);
      expect(metrics.value('repram_members_refused_total')).toBe(1);
      expect([...table.all()]).toHaveLength(MAX_MEMBERS);
    });

    it('FullTable_ANodeThatSpeaksForItself_DisplacesARumour', () => {
      fill(0);
      expect(table.learn(infoOf('newcomer'), 'direct')).toBe(true);
      expect([...table.all()]).toHaveLength(MAX_MEMBERS);
      expect(table.get('newcomer')?.introduced).toBe(true);
    });

    it('FullTable_TheLongestGoneRumourMakesRoom', () => {
      fill(0);
      for (const id of ['m7', 'm3']) evict(id);
      expect(table.learn(infoOf('newcomer'), 'hearsay')).toBe(true);
      expect([table.get('m7'), table.get('m3')?.state]).toEqual([undefined, 'dead']);
    });

    it('FullTable_FloodOfRumoursDoesNotShrinkTheQuorumBasis', () => {
      prove();
      evict();
      fill(1);
      expect(table.learn(infoOf('newcomer'), 'hearsay')).toBe(false);
      expect([stateOf(), table.quorumBasis()]).toEqual(['dead', 2]);
    });
  });

  it('Lists_AreMadeAnewOnlyWhereWhoIsInThemChanges', () => {
    prove();
    const lists = () => [table.live(), table.dead(), table.enclavePeers()];
    const before = lists();
    heard();
    answered();
    table.learn(ours(), 'direct');
    table.learn(ours(), 'hearsay');
    table.forgetTheDead();
    const after = lists();
    for (const [index, list] of before.entries()) expect(after[index], `list ${index}`).toBe(list);
  });

  it('Lists_FollowAMemberIntoAnotherEnclave', () => {
    prove();
    expect(table.enclavePeers().map(({ id }) => id)).toEqual(['a']);
    table.learn({ ...ours(), enclave: 'other' }, 'direct');
    expect([table.enclavePeers(), table.quorumBasis()]).toEqual([[], 1]);
  });

  it('Lists_ForgetTheDeadWithTheTable', () => {
    prove();
    evict();
    expect(table.dead()).toHaveLength(1);
    clock.advance(MEMORY_OF_THE_DEAD_MS);
    table.forgetTheDead();
    expect([table.dead(), table.quorumBasis()]).toEqual([[], 1]);
  });

  it('Metrics_TellTheStates', () => {
    for (const id of ['a', 'b', 'c']) prove(infoOf(id));
    table.strike('a', true);
    evict('b');
    const read = ['active', 'suspect', 'dead'].map((state) => metrics.value(`repram_peers_${state}`));
    expect([...read, metrics.value('repram_peer_evictions_total')]).toEqual([2, 1, 1, 1]);
  });
});
