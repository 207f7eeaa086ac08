import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Composer } from '../../../../src/gossip/composer.js';
import { MemberTable } from '../../../../src/gossip/membership/member-table.js';
import { NewsCarrier } from '../../../../src/gossip/membership/news-carrier.js';
import { NewsQueue } from '../../../../src/gossip/membership/news-queue.js';
import { PROFILES } from '../../../../src/gossip/membership/timing.js';
import { Sender } from '../../../../src/gossip/sender.js';
import { MAX_NEWS_BYTES } from '../../../../src/gossip/wire/limits.js';
import { type News, newsBytes } from '../../../../src/gossip/wire/news.js';
import { infoOf, SELF } from '../../../support/gossip-bench.js';
import { ReadableMetrics, SeededRng } from '../../../support/ports.js';
import { ScriptedTransport } from '../../../support/scripted-transport.js';
import { VirtualClock } from '../../../support/virtual-clock.js';

let clock: VirtualClock;
let transport: ScriptedTransport;
let members: MemberTable;
let carrier: NewsCarrier;

beforeEach(() => {
  clock = new VirtualClock();
  transport = new ScriptedTransport(clock);
  const ports = { clock, transport, metrics: new ReadableMetrics(), rng: new SeededRng(1) };
  members = new MemberTable(ports, SELF);
  carrier = new NewsCarrier(ports, PROFILES.lan, {
    members,
    queue: new NewsQueue(ports, { liveCount: () => members.live().length + 1 }),
    sender: new Sender(ports, members, () => undefined),
    composer: new Composer(clock, SELF),
  });
});

afterEach(() => carrier.stop());

const leftNews = (id: string): News => ({ kind: 'left', id, incarnation: 1 });
const toldAtMs = () => transport.of('NEWS').map(({ atMs }) => atMs);

function know(count: number): void {
  for (let n = 0; n < count; n++) members.learn(infoOf(`n${n}`, { incarnation: 1 }), 'direct');
}

describe('NewsCarrier', () => {
  it('News_IsToldAFewInEachRound_AtOnceAtFirst_UntilItIsToldOftenEnough', async () => {
    know(20);
    carrier.tell(leftNews('gone'));
    await clock.run(60_000);
    expect(toldAtMs()).toEqual([20, 20, 20, 220, 220, 220]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('NothingToTell_IsSilence', async () => {
    know(20);
    await clock.run(60_000);
    expect([transport.sent, clock.pendingTimers]).toEqual([[], 0]);
  });

  it('NewsThatComesTogether_GoesTogether', async () => {
    know(20);
    for (const id of ['x', 'y', 'z']) carrier.tell(leftNews(id));
    await clock.run(20);
    for (const { message } of transport.of('NEWS')) expect(message.news).toHaveLength(3);
  });

  it('OldPeer_IsTold_NoNews', async () => {
    members.learn(infoOf('old'), 'direct');
    members.learn(infoOf('new', { incarnation: 1 }), 'direct');
    carrier.tell(leftNews('gone'));
    await clock.run(60_000);
    expect(new Set(transport.sent.map(({ to }) => to.host))).toEqual(new Set(['new.test']));
    expect(carrier.along(infoMember('old'))).toEqual([]);
  });

  it('Along_TakesWhatFits_AndTheRestGoesAlone', () => {
    know(1);
    for (let n = 0; n < 40; n++) carrier.tell(leftNews(`gone${n}`));
    const along = carrier.along(infoMember('n0'));
    expect(along).toHaveLength(8);
    expect(along.reduce((bytes, news) => bytes + newsBytes(news), 0)).toBeLessThanOrEqual(1024);
  });

  it('Message_IsBoundedInItemsAndBytes', async () => {
    know(20);
    for (let n = 0; n < 200; n++) carrier.tell(leftNews(`gone${n}`));
    await clock.run(60_000);
    for (const { message } of transport.of('NEWS')) {
      expect(message.news.length).toBeLessThanOrEqual(32);
      expect(message.news.reduce((bytes, news) => bytes + newsBytes(news), 0)).toBeLessThanOrEqual(4096);
    }
  });

  it('LargestItem_IsTold_ItDoesNotWaitForEver', async () => {
    know(3);
    const largest = leftNews('i'.repeat(256));
    carrier.tell(largest);
    await clock.run(20);
    expect(newsBytes(largest)).toBeLessThanOrEqual(MAX_NEWS_BYTES);
    expect(transport.of('NEWS')[0]?.message.news).toEqual([largest]);
  });

  it('Alone_KeepsItsNews_AndTellsItWithTheNext', async () => {
    carrier.tell(leftNews('gone'));
    await clock.run(60_000);
    expect(clock.pendingTimers).toBe(0);
    know(3);
    carrier.tell(leftNews('later'));
    await clock.run(1000);
    const ids = transport.of('NEWS').flatMap(({ message }) => message.news.map((news) => 'id' in news && news.id));
    expect(new Set(ids)).toEqual(new Set(['gone', 'later']));
  });

  it('Stopped_TellsNothing', async () => {
    know(3);
    carrier.tell(leftNews('gone'));
    carrier.stop();
    carrier.tell(leftNews('later'));
    await clock.run(60_000);
    expect([transport.sent, clock.pendingTimers]).toEqual([[], 0]);
  });
});

function infoMember(id: string) {
  const member = members.get(id);
  if (member === undefined) throw new Error(`no member ${id}`);
  return member;
}
