import { afterEach, describe, expect, it, vi } from 'vitest';
import type { DecodedFrame } from '../../../../src/tree/frame.js';
import { MAX_HELLO_LENGTH } from '../../../../src/tree/substrate/child-socket.js';
import { FRAME_BURST, FRAMES_PER_SECOND } from '../../../../src/tree/substrate/frame-budget.js';
import { MIN_CHILDREN } from '../../../../src/tree/substrate/spreading.js';
import { MAX_WAITING_SOCKETS } from '../../../../src/tree/substrate/substrate.js';
import { MALFORMED, UNSIGNED } from '../../../support/fake-link-substrate.js';
import { infoOf, putOf, SELF } from '../../../support/gossip-bench.js';
import { helloOf, SubstrateBench } from '../../../support/substrate-bench.js';

let bench = new SubstrateBench();

afterEach(() => {
  bench.substrate.stop();
  expect(bench.clock.pendingTimers).toBe(0);
  bench = new SubstrateBench();
});

const PUT: DecodedFrame = { type: 'put', message: putOf('child', 'm1') };
const PING: DecodedFrame = {
  type: 'ping',
  message: { type: 'PING', from: 'child', timestampS: 1, messageId: 'p1', to: 'self' },
};

const closings = (name: string, cause: string): number => bench.metrics.value(name, { cause });

describe('hello', () => {
  it('OfOurs_IsWelcomedAndShownTheCluster', () => {
    bench.mesh.members = [infoOf('a'), infoOf('far', { enclave: 'other' })];
    bench.mesh.rooms.set('a', 7);
    const link = bench.greet('child');
    expect(link.types).toEqual(['welcome', 'view']);
    const [welcome] = link.of('welcome');
    expect(welcome?.parentId).toBe('self');
    expect(welcome?.depth).toBe(1);
    expect(welcome?.topology.map(({ id }) => id)).toEqual(['self', 'a', 'far']);
    expect(welcome?.extension).toEqual({
      incarnation: SELF.incarnation,
      instance: SELF.instance,
      sentMs: bench.clock.nowMs(),
    });
    expect(link.of('view')).toEqual([
      {
        type: 'view',
        basis: 2,
        members: [
          { id: 'self', address: 'self.test', httpPort: 8080, enclave: 'default', room: 99 },
          { id: 'a', address: 'a.test', httpPort: 8080, enclave: 'default', room: 7 },
          { id: 'far', address: 'far.test', httpPort: 8080, enclave: 'other' },
        ],
      },
    ]);
    expect(bench.story).toEqual(['attached child admitted']);
    expect(bench.substrate.children).toEqual([
      { id: 'child', enclave: 'default', codec: 'json', ours: true, sinceMs: 0, remote: '192.0.2.1' },
    ]);
  });

  it('OfAnotherImplementation_IsWelcomedWithoutWhatItDoesNotKnow', () => {
    const link = bench.greet('child', { foreign: true });
    expect(link.types).toEqual(['welcome']);
    expect(link.of('welcome')[0]).not.toHaveProperty('extension');
    expect(bench.substrate.children[0]?.ours).toBe(false);
  });

  it('Second_ClosesTheSocket', () => {
    const link = bench.greet('child');
    link.receive(helloOf('another'));
    expect(link.code).toBe(1008);
    expect(bench.story).toEqual(['attached child admitted', 'detached child hello-again']);
  });

  it('AHundredAndFiftyOnOneSocket_AreOneWelcomeAndOneEnd', () => {
    const link = bench.open();
    for (let i = 0; i < 150; i++) link.receive(helloOf(`child-${i}`));
    expect(link.types).toEqual(['welcome', 'view']);
    expect(link.code).toBe(1008);
    expect(bench.story).toEqual(['attached child-0 admitted', 'detached child-0 hello-again']);
    expect(bench.ids).toEqual([]);
    link.end();
    expect(bench.metrics.value('repram_tree_sockets_waiting')).toBe(0);
  });

  it.each([
    ['ItsOwn', SELF.id],
    ['AMembers', 'a'],
  ])('Id_%s_IsNotTakenOver', (_whose, id) => {
    bench.mesh.members = [infoOf('a')];
    const link = bench.greet(id);
    expect(link.sent).toEqual([{ type: 'goodbye', reason: 'id taken', alternatives: [] }]);
    expect(link.code).toBe(1008);
    expect([bench.ids, bench.story]).toEqual([[], []]);
    expect(closings('repram_tree_turned_away_total', 'id-taken')).toBe(1);
  });

  it('Missing_ClosesTheSocketAfterFiveSeconds', () => {
    const link = bench.open();
    bench.clock.advance(4999);
    expect(link.ending).toBeUndefined();
    bench.clock.advance(1);
    expect(link.code).toBe(1008);
    link.receive(helloOf('child'));
    expect(bench.ids).toEqual([]);
  });

  it('InTime_StopsTheWait', () => {
    const link = bench.greet('child');
    bench.live(20_000);
    expect(link.ending).toBeUndefined();
  });

  it.each<[string, (link: ReturnType<SubstrateBench['open']>) => void, number]>([
    ['APut', (link) => link.receive(PUT), 1008],
    ['APing', (link) => link.receive(PING), 1008],
    ['AnUnknownFrame', (link) => link.receive({ type: 'unknown' }), 1008],
    ['AnUnreadableFrame', (link) => link.receiveData(MALFORMED), 1008],
    ['AWronglySignedFrame', (link) => link.receiveData(UNSIGNED), 1008],
    ['AGoodbye', (link) => link.receive({ type: 'goodbye', reason: '', alternatives: [] }), 1000],
  ])('%sBefore_ClosesTheSocketAndIsNotHeard', (_name, act, code) => {
    const link = bench.open();
    act(link);
    link.receive(helloOf('child'));
    expect([link.code, link.sent, bench.ids]).toEqual([code, [], []]);
    expect(bench.mesh.relayed).toEqual([]);
  });

  it('Oversized_IsNotEvenRead', () => {
    const decode = vi.spyOn(bench.codec, 'decode');
    const link = bench.open();
    link.receiveData('x'.repeat(MAX_HELLO_LENGTH + 1));
    expect([link.code, decode.mock.calls.length]).toEqual([1008, 0]);
    const child = bench.greet('child');
    child.receiveData('x'.repeat(MAX_HELLO_LENGTH + 1));
    expect(decode.mock.lastCall?.[0]).toHaveLength(MAX_HELLO_LENGTH + 1);
  });

  it('Outdated_WhereTheClusterHasASecret_IsNotBelieved', () => {
    bench = new SubstrateBench({ areSigned: true });
    bench.isRecent = false;
    const link = bench.greet('child');
    expect([link.code, link.sent, bench.ids]).toEqual([1008, [], []]);
    bench.isRecent = true;
    bench.greet('child');
    expect(bench.ids).toEqual(['child']);
  });

  it('Outdated_WithoutASecret_Counts', () => {
    bench.isRecent = false;
    bench.greet('child');
    expect(bench.ids).toEqual(['child']);
  });
});

describe('an attached child', () => {
  it('Goodbye_EndsIt', () => {
    const link = bench.greet('child');
    link.receive({ type: 'goodbye', reason: 'moved', alternatives: [] });
    expect([link.code, bench.ids]).toEqual([1000, []]);
    link.receive(PUT);
    expect(bench.mesh.relayed).toEqual([]);
  });

  it('WhoseSocketEnds_IsNoChildAnyMore', () => {
    const link = bench.greet('child');
    link.end();
    expect([bench.ids, bench.story[1]]).toEqual([[], 'detached child ended']);
    expect(closings('repram_tree_detached_total', 'ended')).toBe(1);
  });

  it.each([MALFORMED, UNSIGNED])('WhatIsUnreadable_EndsIt: %s', (data) => {
    const link = bench.greet('child');
    link.receiveData(data);
    expect([link.code, bench.ids]).toEqual([1008, []]);
  });

  it('Ping_IsAnsweredInThisNodesName', () => {
    const link = bench.greet('child');
    link.receive(PING);
    expect(link.of('pong').map(({ message }) => [message.from, message.to])).toEqual([['self', 'child']]);
  });

  it('WhatIsNotForAParent_IsIgnored', () => {
    const link = bench.greet('child');
    const before = link.sent.length;
    link.receive({ type: 'unknown' });
    link.receive({ type: 'view', basis: 1, members: [] });
    link.receive({ type: 'welcome', parentId: 'x', topology: [], depth: 1 });
    const ack = { type: 'ACK', from: 'child', timestampS: 1, messageId: 'm', to: 'self', key: 'k' } as const;
    link.receive({ type: 'ack', message: ack });
    link.receive({ type: 'answer', id: 1, status: 'ok', body: new Uint8Array() });
    expect([link.sent.length, link.ending, bench.ids]).toEqual([before, undefined, ['child']]);
  });
});

describe('a flood of frames', () => {
  const unknown: DecodedFrame = { type: 'unknown' };

  it('OfAChild_EndsIt', () => {
    const link = bench.greet('child');
    // The hello was one.
    for (let i = 1; i < FRAME_BURST; i++) link.receive(unknown);
    expect(link.ending).toBeUndefined();
    link.receive(unknown);
    expect(link.of('goodbye').map(({ reason }) => reason)).toEqual(['too many frames']);
    expect([link.code, bench.ids]).toEqual([1008, []]);
  });

  it('AtTheRateThatMayBe_Passes', () => {
    const link = bench.greet('child');
    for (let second = 0; second < 5; second++) {
      for (let i = 0; i < FRAMES_PER_SECOND; i++) link.receive(unknown);
      bench.clock.advance(1000);
    }
    expect(bench.ids).toEqual(['child']);
  });

  it('WhileItContests_ClosesTheSocket', () => {
    bench.greet('child');
    const link = bench.greet('child');
    for (let i = 0; i < FRAME_BURST; i++) link.receive(unknown);
    expect([link.code, link.sent, bench.ids]).toEqual([1008, [], ['child']]);
  });

  it('HarmsNobodyElse', () => {
    const other = bench.greet('other');
    const link = bench.greet('child');
    for (let i = 0; i <= FRAME_BURST; i++) link.receive(unknown);
    other.receive(PING);
    expect([bench.ids, other.of('pong').length]).toEqual([['other'], 1]);
  });
});

describe('the waiting room', () => {
  it('IsBounded_AndOpensAgain', () => {
    const links = Array.from({ length: MAX_WAITING_SOCKETS }, () => bench.open());
    expect(bench.substrate.mayAccept).toBe(false);
    const late = bench.open();
    expect(late.code).toBe(1013);
    late.receive(helloOf('late'));
    expect(bench.ids).toEqual([]);
    expect(bench.metrics.value('repram_tree_sockets_crowded_out_total')).toBe(1);
    links[0]?.receive(helloOf('child'));
    expect(bench.substrate.mayAccept).toBe(true);
    expect(bench.open().ending).toBeUndefined();
  });

  it('CountsWhoWasClosedUntilTheSocketEnds', () => {
    const links = Array.from({ length: MAX_WAITING_SOCKETS }, () => bench.open());
    bench.clock.advance(5000);
    expect(links.every((link) => link.code === 1008)).toBe(true);
    expect(bench.substrate.mayAccept).toBe(false);
    bench.endClosed();
    expect(bench.substrate.mayAccept).toBe(true);
    expect(bench.metrics.value('repram_tree_sockets_waiting')).toBe(0);
  });

  it('DoesNotCountChildren', () => {
    bench = new SubstrateBench({ maxChildren: 1000 });
    for (let i = 0; i < MAX_WAITING_SOCKETS + 10; i++) bench.greet(`child-${i}`);
    expect(bench.ids).toHaveLength(MAX_WAITING_SOCKETS + 10);
    expect(bench.substrate.mayAccept).toBe(true);
  });
});

describe('a contested id', () => {
  it('WhoseSocketAnswersThePing_IsKept', () => {
    const old = bench.greet('child');
    const link = bench.greet('child');
    expect([old.pings, link.sent, link.ending]).toEqual([1, [], undefined]);
    bench.clock.advance(1999);
    old.pong();
    expect(link.of('goodbye').map(({ reason }) => reason)).toEqual(['id taken']);
    expect([link.code, old.ending, bench.ids]).toEqual([1008, undefined, ['child']]);
    bench.live(5000);
    expect(old.ending).toBeUndefined();
  });

  it('WhoseSocketIsSilentForTwoSeconds_IsTakenOver', () => {
    const old = bench.greet('child');
    const link = bench.greet('child');
    bench.clock.advance(1999);
    expect([old.ending, link.sent]).toEqual([undefined, []]);
    bench.clock.advance(1);
    expect([old.code, link.types]).toEqual(['terminated', ['welcome', 'view']]);
    expect(bench.story).toEqual(['attached child admitted', 'detached child ousted', 'attached child rival-gone']);
    old.pong();
    old.receive(PUT);
    old.end();
    expect([bench.ids, bench.mesh.relayed, link.ending]).toEqual([['child'], [], undefined]);
  });

  it('OfTheSameProcess_IsTakenOverAtOnce_ItHasLostTheOtherSocket', () => {
    const old = bench.greet('child', { instance: 'same' });
    const link = bench.greet('child', { instance: 'same' });
    expect([old.pings, old.code, link.types[0]]).toEqual([0, 'terminated', 'welcome']);
    expect(bench.ids).toEqual(['child']);
  });

  it('IsNotDecidedByAPongOfTheChallenger', () => {
    const old = bench.greet('child');
    const link = bench.greet('child');
    link.pong();
    expect([link.sent, link.ending]).toEqual([[], undefined]);
    bench.clock.advance(2000);
    expect([old.code, link.types[0]]).toEqual(['terminated', 'welcome']);
  });

  it('WhoseSocketReceivesALargeFrame_IsAlive', () => {
    const old = bench.greet('child');
    const link = bench.greet('child');
    old.trickle();
    bench.clock.advance(2000);
    expect([old.ending, link.code]).toEqual([undefined, 1008]);
  });

  it.each<[string, (old: ReturnType<SubstrateBench['open']>) => void]>([
    ['Closes', (old) => old.end()],
    ['SaysGoodbye', (old) => old.receive({ type: 'goodbye', reason: '', alternatives: [] })],
    ['BreaksARule', (old) => old.receiveData(MALFORMED)],
  ])('WhoseSocket%s_IsFreeAtOnce', (_name, act) => {
    const old = bench.greet('child');
    const link = bench.greet('child');
    act(old);
    expect(link.types).toEqual(['welcome', 'view']);
    old.end();
    expect(bench.ids).toEqual(['child']);
  });

  it('IsFoundDeadEvenWhereTheChallengerDidNotWait', () => {
    const old = bench.greet('child');
    const link = bench.greet('child');
    link.end();
    bench.clock.advance(2000);
    expect([old.code, bench.ids]).toEqual(['terminated', []]);
    expect(bench.greet('child').types[0]).toBe('welcome');
  });

  it('ThatIsClaimedAgainAfterTheChallengerLeft_IsDecidedForTheNextOne', () => {
    const old = bench.greet('child');
    bench.greet('child').end();
    bench.clock.advance(500);
    const next = bench.greet('child');
    expect([next.sent, old.pings]).toEqual([[], 1]);
    bench.clock.advance(1500);
    expect([old.code, next.types[0], bench.ids]).toEqual(['terminated', 'welcome', ['child']]);
  });

  it('ThatTwoClaimAtOnce_IsDecidedForTheFirst', () => {
    bench.greet('child');
    const first = bench.greet('child');
    const second = bench.greet('child');
    expect([second.code, second.of('goodbye')[0]?.reason]).toEqual([1008, 'id taken']);
    bench.clock.advance(2000);
    expect(first.types[0]).toBe('welcome');
  });

  it('IgnoresWhatTheChallengerSaysMeanwhile_ButASecondHello', () => {
    bench.greet('child');
    const link = bench.greet('child');
    link.receive(PUT);
    link.receive(PING);
    expect([bench.mesh.relayed, link.sent, link.ending]).toEqual([[], [], undefined]);
    link.receive(helloOf('child'));
    expect([link.code, bench.ids]).toEqual([1008, ['child']]);
  });

  it('NeedsNoRoomBesideItsOwn', () => {
    bench = new SubstrateBench({ maxChildren: 1 });
    const old = bench.greet('child');
    const link = bench.greet('child');
    bench.clock.advance(2000);
    expect([old.code, link.types[0], bench.substrate.room]).toEqual(['terminated', 'welcome', 0]);
  });

  it('OfOneAttackedByMany_IsKeptAsLongAsItAnswers', () => {
    const old = bench.greet('child');
    for (let i = 0; i < 200; i++) {
      bench.greet('child');
      old.pong();
      bench.endClosed();
    }
    expect([old.ending, bench.ids]).toEqual([undefined, ['child']]);
    expect(bench.metrics.value('repram_tree_sockets_waiting')).toBe(0);
  });
});

describe('capacity', () => {
  it('Reached_SaysWhereElseToGo', () => {
    bench = new SubstrateBench({ maxChildren: 2 });
    bench.mesh.members = [infoOf('a'), infoOf('full'), infoOf('far', { enclave: 'other' })];
    bench.mesh.rooms.set('a', 3).set('full', 0);
    bench.greet('one');
    bench.greet('two');
    expect(bench.substrate.room).toBe(0);
    const link = bench.greet('three');
    expect(link.of('goodbye')).toEqual([
      {
        type: 'goodbye',
        reason: 'at capacity',
        alternatives: [
          { id: 'a', address: 'a.test', httpPort: 8080, enclave: 'default', room: 3 },
          { id: 'far', address: 'far.test', httpPort: 8080, enclave: 'other' },
        ],
      },
    ]);
    expect([link.code, bench.ids]).toEqual([1000, ['one', 'two']]);
  });

  it('MuchLessThanElsewhere_SendsOurChildrenThereOnce', () => {
    const first = Array.from({ length: MIN_CHILDREN }, (_, index) => `c${index}`);
    for (const id of first) bench.greet(id);
    bench.mesh.members = [infoOf('a'), infoOf('b')];
    bench.mesh.rooms.set('a', 95).set('b', 91);
    const link = bench.greet('child');
    expect(link.of('goodbye')).toEqual([
      {
        type: 'goodbye',
        reason: 'more room elsewhere',
        alternatives: [{ id: 'a', address: 'a.test', httpPort: 8080, enclave: 'default', room: 95 }],
      },
    ]);
    expect([link.code, bench.ids]).toEqual([1000, first]);
    const extension = { incarnation: 1, instance: 'p', sentMs: bench.clock.nowMs(), isRedirected: true as const };
    bench.greet('child', { extension });
    bench.greet('old', { foreign: true });
    expect(bench.ids).toEqual([...first, 'child', 'old']);
    expect(closings('repram_tree_turned_away_total', 'elsewhere')).toBe(1);
  });

  it('MuchLessThanElsewhere_LeavesTheChildrenThereAreInPeace', () => {
    for (let index = 0; index < MIN_CHILDREN; index++) bench.greet(`c${index}`);
    const link = bench.greet('child', { instance: 'p' });
    bench.mesh.members = [infoOf('a')];
    bench.mesh.rooms.set('a', 99);
    bench.live(20_000);
    expect(link.of('goodbye')).toEqual([]);
    // A process that lost its socket takes its own place.
    bench.greet('child', { instance: 'p' });
    expect(bench.ids).toHaveLength(MIN_CHILDREN + 1);
    expect(bench.story.at(-1)).toBe('attached child rival-gone');
  });

  it('FreedByOneThatGoes_IsThereForTheNext', () => {
    bench = new SubstrateBench({ maxChildren: 1 });
    bench.greet('one').end();
    expect(bench.substrate.room).toBe(1);
    bench.greet('two');
    expect(bench.ids).toEqual(['two']);
  });

  it('OfNone_TakesNobody', () => {
    bench = new SubstrateBench({ maxChildren: 0 });
    expect([bench.greet('child').code, bench.substrate.room]).toEqual([1000, 0]);
  });

  it('Refusal_LeavesAChildOfAnotherImplementationTimeToReadIt', () => {
    bench = new SubstrateBench({ maxChildren: 0 });
    const link = bench.greet('child', { foreign: true });
    expect([link.types, link.ending]).toEqual([['goodbye'], undefined]);
    link.receive(PUT);
    bench.clock.advance(500);
    expect(link.ending).toEqual({ code: 1000, atMs: 500 });
    expect(bench.mesh.relayed).toEqual([]);
  });

  it('Refusal_OfOneThatClosesByItself_LeavesNoTimer', () => {
    bench = new SubstrateBench({ maxChildren: 0 });
    bench.greet('child', { foreign: true }).end();
    expect(bench.clock.pendingTimers).toBe(0);
  });
});

describe('stop', () => {
  it('ClosesEverySocketAndCancelsEveryTimer', async () => {
    const waiting = bench.open();
    const attached = bench.greet('child');
    const contesting = bench.greet('child');
    bench.mesh.members = [infoOf('a')];
    bench.substrate.stop();
    expect([waiting.code, attached.code, contesting.code]).toEqual([1001, 1001, 1001]);
    expect([bench.clock.pendingTimers, bench.ids, bench.substrate.room]).toEqual([0, [], 0]);
    for (const link of [waiting, attached, contesting]) link.end();
    expect(bench.open().code).toBe(1001);
    expect(bench.substrate.mayAccept).toBe(false);
    await bench.substrate.drain(1000);
  });

  it('AfterAllChildrenHaveGone_NothingIsLeft', () => {
    for (let i = 0; i < 20; i++) bench.greet(`child-${i}`, i % 2 === 0 ? { foreign: true } : {});
    bench.greet('child-0');
    bench.live(3000);
    for (let i = 0; i < 20; i++) bench.greet(`child-${i}`);
    bench.clock.advance(20_000);
    bench.endClosed();
    expect([bench.ids, bench.clock.pendingTimers]).toEqual([[], 0]);
    expect(bench.metrics.value('repram_tree_sockets_waiting')).toBe(0);
    expect(bench.metrics.value('repram_tree_children')).toBe(0);
  });
});
