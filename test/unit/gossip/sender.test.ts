import { beforeEach, describe, expect, it } from 'vitest';
import { MemberTable } from '../../../src/gossip/membership/member-table.js';
import type { SendOutcome } from '../../../src/gossip/ports/transport.js';
import { Sender } from '../../../src/gossip/sender.js';
import type { Message } from '../../../src/gossip/wire/message.js';
import { infoOf, putOf, SELF } from '../../support/gossip-bench.js';
import { ReadableMetrics } from '../../support/ports.js';
import { ScriptedTransport } from '../../support/scripted-transport.js';
import { VirtualClock } from '../../support/virtual-clock.js';

let clock: VirtualClock;
let transport: ScriptedTransport;
let members: MemberTable;
let sender: Sender;
let replies: Message[];

beforeEach(() => {
  clock = new VirtualClock();
  transport = new ScriptedTransport(clock);
  const metrics = new ReadableMetrics();
  members = new MemberTable({ clock, metrics }, SELF);
  members.learn(infoOf('a'), 'direct');
  replies = [];
  // The least jitter: each pause is half of its full length.
  const ports = { clock, transport, metrics, rng: { next: () => 0 } };
  sender = new Sender(ports, members, (reply) => void replies.push(reply));
});

const ACK = { type: 'ACK', from: 'a', to: 'self', timestampS: 1, messageId: 'm', key: 'k' } as const;
const BUSY: SendOutcome = { kind: 'busy', retryAfterMs: undefined };

/** Sends to `a`, whose answers are as given, the last again and again; how it ended, when, and when it was tried. */
async function send(outcomes: readonly SendOutcome[], withinMs = 5000) {
  let turn = 0;
  transport.onSend = () => outcomes[Math.min(turn++, outcomes.length - 1)] ?? { kind: 'ok' };
  const member = members.get('a');
  if (member === undefined) throw new Error('no member a');
  let ended: { readonly kind: string; readonly atMs: number } | undefined;
  void sender.send(member, putOf('self', 'm'), withinMs).then(({ kind }) => {
    ended = { kind, atMs: clock.monotonicMs() };
  });
  await clock.run(60_000);
  return { ...ended, triedMs: transport.sent.map((sent) => sent.atMs) };
}

describe('Sender', () => {
  it('Busy_IsAskedAgainWithBackoff_UntilItTakesTheMessage', async () => {
    expect(await send([BUSY, BUSY, BUSY, { kind: 'ok' }])).toEqual({
      kind: 'ok',
      atMs: 350,
      triedMs: [0, 50, 150, 350],
    });
  });

  it('Busy_IsGivenUpWithinTheDeadline', async () => {
    const { kind, atMs, triedMs } = await send([BUSY]);
    expect(kind).toBe('busy');
    expect(atMs).toBeLessThanOrEqual(5000);
    expect(triedMs).toEqual([0, 50, 150, 350, 750, 1550, 2550, 3550, 4550]);
  });

  it('Busy_EachTryHasWhatIsLeftOfTheTime', async () => {
    await send([BUSY], 1000);
    expect(transport.sent.map((sent) => sent.timeoutMs)).toEqual([1000, 950, 850, 650, 250]);
  });

  it('RetryAfter_IsHeeded', async () => {
    expect(await send([{ kind: 'busy', retryAfterMs: 2000 }, { kind: 'ok' }])).toMatchObject({ triedMs: [0, 2000] });
  });

  it('RetryAfter_BeyondTheDeadline_EndsAtOnce', async () => {
    expect(await send([{ kind: 'busy', retryAfterMs: 5000 }])).toEqual({ kind: 'busy', atMs: 0, triedMs: [0] });
  });

  it('Reset_IsTriedOnceMore', async () => {
    expect(await send([{ kind: 'reset' }, { kind: 'ok' }])).toMatchObject({ kind: 'ok', triedMs: [0, 20] });
    transport.sent.length = 0;
    expect(await send([{ kind: 'reset' }])).toMatchObject({ kind: 'reset', triedMs: [60_000, 60_020] });
  });

  it.each<SendOutcome>([
    { kind: 'refused' },
    { kind: 'timeout' },
    { kind: 'aborted' },
    { kind: 'overflow' },
    { kind: 'misdirected' },
    { kind: 'rejected', status: 507 },
  ])('$kind is final', async (outcome) => {
    expect(await send([outcome])).toEqual({ kind: outcome.kind, atMs: 0, triedMs: [0] });
    expect(members.get('a')?.reachable).toBe(false);
  });

  it('Answer_ProvesThatTheAddressAnswers_AndBringsTheReply', async () => {
    await send([{ kind: 'ok', reply: ACK }]);
    expect([members.get('a')?.reachable, replies]).toEqual([true, [ACK]]);
  });

  it('SyncThatIsTaken_ProvesNothing_AnotherNodeMayHaveComeUpThere', async () => {
    const member = members.get('a');
    if (member === undefined) throw new Error('no member a');
    members.strike('a', true);
    const sync = { type: 'SYNC', from: 'self', timestampS: 1, messageId: '', nodeInfo: infoOf('b') } as const;
    await sender.once(member, sync, 500);
    expect([member.state, member.reachable]).toEqual(['suspect', false]);
  });

  it.each([
    ['the member', ['a', 'b'], true],
    ['whoever came up there, though it lists the member', ['b', 'a'], false],
    ['nobody', [], false],
  ])('ListOfNodes_ProvesThatThereIs_WhomItBeginsWith: %s', async (_whom, ids, reachable) => {
    const member = members.get('a');
    if (member === undefined) throw new Error('no member a');
    transport.onSend = () => ({ kind: 'ok', nodes: ids.map((id) => infoOf(id)) });
    const sync = { type: 'SYNC', from: 'self', timestampS: 1, messageId: '', nodeInfo: infoOf('self') } as const;
    await sender.once(member, { ...sync, wantsReply: true }, 500);
    expect([member.reachable, replies]).toEqual([reachable, []]);
  });

  it('ReplyOfAnotherNode_ProvesNothingOfTheMember', async () => {
    await send([{ kind: 'ok', reply: { ...ACK, from: 'b' } }]);
    expect(members.get('a')?.reachable).toBe(false);
  });

  it('Answer_FromAnAddressTheMemberHasLeft_ProvesNothing_ThoughItsReplyCounts', async () => {
    const member = members.get('a');
    if (member === undefined) throw new Error('no member a');
    transport.onSend = async () => {
      await clock.sleep(100);
      return { kind: 'ok', reply: ACK };
    };
    void sender.once(member, putOf('self', 'm'), 500);
    members.learn(infoOf('a', { address: 'elsewhere.test' }), 'direct');
    await clock.run(100);
    expect([members.get('a')?.reachable, replies]).toEqual([false, [ACK]]);
  });
});
