import { beforeEach, describe, expect, it } from 'vitest';
import { Composer } from '../../../../src/gossip/composer.js';
import type { IndirectProbes, IndirectResult } from '../../../../src/gossip/membership/indirect-probes.js';
import { LocalHealth } from '../../../../src/gossip/membership/local-health.js';
import type { Member } from '../../../../src/gossip/membership/member.js';
import { MemberTable } from '../../../../src/gossip/membership/member-table.js';
import type { NewsCarrier } from '../../../../src/gossip/membership/news-carrier.js';
import { ProbeRound } from '../../../../src/gossip/membership/probe-round.js';
import type { SendOutcome } from '../../../../src/gossip/ports/transport.js';
import { Sender } from '../../../../src/gossip/sender.js';
import type { News } from '../../../../src/gossip/wire/news.js';
import { infoOf, SELF } from '../../../support/gossip-bench.js';
import { ReadableMetrics, SeededRng } from '../../../support/ports.js';
import { ScriptedTransport } from '../../../support/scripted-transport.js';
import { StallingClock } from '../../../support/stalling-clock.js';

const NEWS: News = { kind: 'left', id: 'gone', incarnation: 1 };

let clock: StallingClock;
let transport: ScriptedTransport;
let members: MemberTable;
let health: LocalHealth;
let helpers: readonly Member[];
let found: IndirectResult;
/** Whom others know for a suspect. */
let accused: Set<string>;

beforeEach(() => {
  clock = new StallingClock();
  transport = new ScriptedTransport(clock);
  const metrics = new ReadableMetrics();
  members = new MemberTable({ clock, metrics }, SELF);
  health = new LocalHealth({ metrics }, { enabled: true });
  helpers = [];
  accused = new Set();
  found = { acked: false, missing: 0 };
  for (const info of [infoOf('a', { incarnation: 5 }), infoOf('b', { incarnation: 5 }), infoOf('old')]) {
    members.learn(info, 'direct');
    members.answered(info.id);
  }
});

function member(id = 'a'): Member {
  const known = members.get(id);
  if (known === undefined) throw new Error(`no member ${id}`);
  return known;
}

function round(): ProbeRound {
  const ports = { clock, rng: new SeededRng(1), transport, metrics: new ReadableMetrics() };
  const indirect: Pick<IndirectProbes, 'helpersFor' | 'ask'> = {
    helpersFor: () => helpers,
    ask: (_target, _helpers, timeoutMs) => clock.sleep(timeoutMs).then(() => found),
  };
  const carrier: Pick<NewsCarrier, 'along'> = { along: () => [NEWS] };
  return new ProbeRound(
    clock,
    { timeoutMs: 500 },
    {
      sender: new Sender(ports, members, () => undefined),
      composer: new Composer(clock, SELF),
      carrier: carrier as NewsCarrier,
      indirect: indirect as IndirectProbes,
      health,
      room: () => ({}),
      isAccused: ({ id }) => accused.has(id),
    },
  );
}

/** The result of a round, and how long it took. */
async function run(id = 'a'): Promise<readonly [string, number]> {
  const startedMs = clock.monotonicMs();
  let ended: readonly [string, number] = ['unfinished', Number.NaN];
  void round()
    .run(member(id))
    .then((result) => {
      ended = [result, clock.monotonicMs() - startedMs];
    });
  await clock.run(20_000);
  return ended;
}

const silence = (timeoutMs: number): Promise<SendOutcome> => clock.sleep(timeoutMs).then(() => ({ kind: 'timeout' }));
const pings = () => transport.of('PING').map(({ message }) => message);

describe('ProbeRound', () => {
  it.each<[SendOutcome, string]>([
    [{ kind: 'ok' }, 'answered'],
    [{ kind: 'busy', retryAfterMs: undefined }, 'open'],
    [{ kind: 'overflow' }, 'open'],
    [{ kind: 'aborted' }, 'open'],
    [{ kind: 'misdirected' }, 'misdirected'],
    [{ kind: 'refused' }, 'refused'],
    [{ kind: 'reset' }, 'refused'],
    [{ kind: 'rejected', status: 500 }, 'refused'],
  ])('of %j is %s, at once', async (outcome, result) => {
    transport.onSend = () => outcome;
    expect(await run()).toEqual([result, 0]);
  });

  it('Silent_WithoutHelpers_AfterTheTimeout', async () => {
    transport.onSend = (_to, _message, timeoutMs) => silence(timeoutMs);
    expect(await run()).toEqual(['silent', 500]);
  });

  it.each<[string, IndirectResult, string, number]>([
    ['found an answer', { acked: true }, 'vouched', 1],
    ['found none either', { acked: false, missing: 0 }, 'silent', 1],
    ['did not even say so', { acked: false, missing: 1 }, 'silent', 2],
  ])('Silent_WithHelpersThat %s', async (_name, result, expected, factor) => {
    helpers = [member('b')];
    found = result;
    transport.onSend = (_to, _message, timeoutMs) => silence(timeoutMs);
    expect(await run()).toEqual([expected, 1000]);
    expect(health.timeoutFactor).toBe(factor);
  });

  it.each<[string, SendOutcome, string]>([
    ['answer', { kind: 'ok' }, 'answered'],
    ['refusal', { kind: 'refused' }, 'refused'],
  ])('Late %s_ComesBeforeWhatHelpersSay', async (_name, outcome, expected) => {
    helpers = [member('b')];
    found = { acked: true };
    transport.onSend = () => clock.sleep(800).then(() => outcome);
    expect(await run()).toEqual([expected, 800]);
  });

  it('Doubt_OfThisNode_GivesMembersLonger_FiveSecondsAtMost', async () => {
    transport.onSend = (_to, _message, timeoutMs) => silence(timeoutMs);
    health.doubted(2);
    expect(await run()).toEqual(['silent', 1500]);
    health.doubted(8);
    expect((await run())[1]).toBe(4500);
  });

  it('Silence_OfAProvenLiveMember_WithNobodyToAsk_IsADoubt', async () => {
    transport.onSend = (_to, _message, timeoutMs) => silence(timeoutMs + 1);
    await run();
    expect(health.timeoutFactor).toBe(2);
  });

  it.each(['dead', 'rumoured'])('Silence_OfOneThatIs %s_IsNoFaultOfThisNode', async (id) => {
    members.learn(infoOf('rumoured'), 'hearsay');
    members.learn(infoOf('dead'), 'direct');
    members.answered('dead');
    for (let strike = 0; strike < 3; strike++) members.strike('dead', true);
    transport.onSend = (_to, _message, timeoutMs) => silence(timeoutMs + 1);
    expect(await run(id)).toEqual(['silent', 500]);
    expect(health.timeoutFactor).toBe(1);
  });

  it('Answer_TakesADoubtAway', async () => {
    health.doubted(2);
    await run();
    expect(health.timeoutFactor).toBe(2);
  });

  it.each<[string, number, string, number]>([
    ['StandStill_OfThisNode_IsNobodysSilence', 300, 'open', 2],
    ['LittleLate_IsNoExcuse', 90, 'silent', 1],
  ])('%s', async (_name, ms, expected, factor) => {
    transport.onSend = (_to, _message, timeoutMs) => silence(timeoutMs);
    clock.setTimer(250, () => clock.standStill(ms));
    expect((await run())[0]).toBe(expected);
    expect(health.timeoutFactor).toBe(factor);
  });

  it('StandStill_WhereThisNodeDoesNotDoubtItself_IsNoExcuse', async () => {
    health = new LocalHealth({ metrics: new ReadableMetrics() }, { enabled: false });
    transport.onSend = (_to, _message, timeoutMs) => silence(timeoutMs);
    clock.setTimer(250, () => clock.standStill(300));
    expect((await run())[0]).toBe('silent');
  });

  it('Member_IsToldNews_AndThatItIsAccused_InItsIncarnation', async () => {
    await run();
    accused.add('a');
    await run();
    const told = pings().map(({ news, accused }) => ({ news, accused }));
    expect(told).toEqual([
      { news: [NEWS], accused: undefined },
      { news: [NEWS], accused: 5 },
    ]);
  });

  it('OldPeer_IsTold_NoNews_NoAccusation', async () => {
    accused.add('old');
    await run('old');
    expect(pings()).toHaveLength(1);
    expect(pings()[0]).not.toHaveProperty('news');
    expect(pings()[0]).not.toHaveProperty('accused');
  });
});
