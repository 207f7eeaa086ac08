import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HostPort } from '../../src/gossip/address.js';
import { CLOSE, type CloseCode, type DialOutcome, type Link } from '../../src/tree/ports/link.js';
import { MAX_FRAME_BYTES } from '../../src/tree/wire/codec.js';
import { type LinksWorld, simLinksWorld, wsWorld } from './support/links-world.js';

const MIB = 1024 * 1024;

/** The simulation is worth what its links are: they have to do whatever the real ones do. */
const WORLDS: readonly (readonly [string, () => Promise<LinksWorld>])[] = [
  ['real', () => wsWorld()],
  ['simulated', () => simLinksWorld()],
];

/** What one end was told. */
interface Told {
  readonly messages: (string | Uint8Array)[];
  readonly closes: number[];
  pongs: number;
}

function listenTo(link: Link): Told {
  const told: Told = { messages: [], closes: [], pongs: 0 };
  link.onMessage = (data) => void told.messages.push(data);
  link.onClose = (code) => void told.closes.push(code);
  link.onPong = () => {
    told.pongs++;
  };
  return told;
}

const bytes = (size: number, fill = 7): Uint8Array => new Uint8Array(size).fill(fill);

describe.each(WORLDS)('Link over %s connections', (_name, open) => {
  let world: LinksWorld;

  beforeEach(async () => {
    world = await open();
  });

  afterEach(() => world.close());

  const dial = (address: HostPort = world.address, timeoutMs = 5000, signal?: AbortSignal): Promise<DialOutcome> =>
    world.passing(world.dial(address, timeoutMs, signal));

  async function attached(): Promise<{ near: Link; far: Link; heardNear: Told; heardFar: Told }> {
    const outcome = await dial();
    if (outcome.kind !== 'open') throw new Error(`not open: ${outcome.kind}`);
    const heardNear = listenTo(outcome.link);
    const far = world.accepted.at(-1);
    if (far === undefined) throw new Error('nothing was accepted');
    return { near: outcome.link, far, heardNear, heardFar: listenTo(far) };
  }

  describe('dialling', () => {
    it('Open_BothEndsSpeakCbor', async () => {
      const { near, far } = await attached();
      expect([near.codec, far.codec]).toEqual(['cbor', 'cbor']);
      expect(near.remote).toBe(`${world.address.host}:${world.address.port}`);
    });

    it('Refused_WhereNobodyListens', async () => {
      expect(await dial(world.deserted)).toEqual({ kind: 'refused' });
    });

    it.each(['169.254.169.254', 'fe80::1'])('Refused_WhereNobodyMayDial: %s', async (host) => {
      expect(await dial({ host, port: 80 })).toEqual({ kind: 'refused' });
    });

    it('Timeout_WhereNothingIsAnswered', async () => {
      const startedMs = world.nowMs();
      expect(await dial(world.mute, 200)).toEqual({ kind: 'timeout' });
      expect(world.nowMs() - startedMs).toBeGreaterThanOrEqual(199);
      expect(world.nowMs() - startedMs).toBeLessThan(2000);
    });

    it.each(['full', 'no links'] as const)('Rejected_WhereTheOtherEnd: %s', async (reception) => {
      world.receive(reception);
      expect(await dial()).toEqual({ kind: 'rejected' });
      world.receive('accepts');
      expect((await dial()).kind).toBe('open');
    });

    it('Aborted_BeforeItBegan_AndWhileUnderWay', async () => {
      expect(await dial(world.address, 5000, AbortSignal.abort())).toEqual({ kind: 'aborted' });
      const abort = new AbortController();
      const dialling = world.dial(world.mute, 60_000, abort.signal);
      await world.wait(20);
      abort.abort();
      expect(await world.passing(dialling)).toEqual({ kind: 'aborted' });
    });

    it('GivenUp_TheOtherEndHoldsNoLink', async () => {
      world.pause(true);
      const abort = new AbortController();
      const dialling = world.dial(world.address, 5000, abort.signal);
      abort.abort();
      expect(await world.passing(dialling)).toEqual({ kind: 'aborted' });
      world.pause(false);
      const told = world.accepted.map(listenTo);
      await world.until(() => told.every(({ closes }) => closes.length === 1));
    });

    it('Many_AtOnce_EachIsALinkOfItsOwn', async () => {
      const outcomes = await world.passing(
        Promise.all(Array.from({ length: 20 }, () => world.dial(world.address, 5000))),
      );
      const links = outcomes.flatMap((outcome) => (outcome.kind === 'open' ? [outcome.link] : []));
      expect(links).toHaveLength(20);
      const heard = world.accepted.map(listenTo);
      for (const [i, link] of links.entries()) link.send(Uint8Array.of(i));
      await world.until(() => heard.every(({ messages }) => messages.length === 1));
      expect(new Set(heard.map(({ messages }) => messages[0]?.[0])).size).toBe(20);
    });
  });

  describe('messages', () => {
    it('Messages_ArriveInOrder_BothWays', async () => {
      const { near, far, heardNear, heardFar } = await attached();
      for (let i = 0; i < 200; i++) {
        near.send(Uint8Array.of(i, 1));
        far.send(Uint8Array.of(i, 2));
      }
      await world.until(() => heardNear.messages.length === 200 && heardFar.messages.length === 200);
      expect(heardFar.messages.map(([i, of]) => [i, of])).toEqual(Array.from({ length: 200 }, (_, i) => [i, 1]));
      expect(heardNear.messages.map(([i, of]) => [i, of])).toEqual(Array.from({ length: 200 }, (_, i) => [i, 2]));
    });

    it('Message_SaidAtOnceByTheAcceptingEnd_IsHeardByTheOneThatDialled', async () => {
      world.greet(bytes(10));
      const dialling = world
        .dial(world.address, 5000)
        .then((outcome) => outcome.kind === 'open' && listenTo(outcome.link));
      const told = await world.passing(dialling);
      await world.until(() => told !== false && told.messages.length === 1);
    });

    it('Message_OfTenMegabytes_AndOneAfterIt_Arrive', async () => {
      const { near, far, heardNear, heardFar } = await attached();
      near.send(bytes(1));
      near.send(bytes(10 * MIB, 3));
      near.send(bytes(2, 4));
      far.send(bytes(10 * MIB, 5));
      await world.until(() => heardFar.messages.length === 3 && heardNear.messages.length === 1);
      expect(heardFar.messages.map(({ length }) => length)).toEqual([1, 10 * MIB, 2]);
      expect(Buffer.compare(heardFar.messages[1] as Uint8Array, bytes(10 * MIB, 3))).toBe(0);
      expect(Buffer.compare(heardNear.messages[0] as Uint8Array, bytes(10 * MIB, 5))).toBe(0);
    });

    it('Message_IsMemoryOfItsOwn', async () => {
      const { near, heardFar } = await attached();
      for (let i = 0; i < 3; i++) near.send(bytes(1000, i));
      await world.until(() => heardFar.messages.length === 3);
      for (const message of heardFar.messages) expect((message as Uint8Array).buffer.byteLength).toBe(1000);
    });

    it('Message_Empty_IsAMessage', async () => {
      const { near, heardFar } = await attached();
      near.send(new Uint8Array(0));
      await world.until(() => heardFar.messages.length === 1);
      expect(heardFar.messages[0]).toHaveLength(0);
    });

    it('Message_OfTheOtherKind_EndsTheLink', async () => {
      const { near, heardNear, heardFar } = await attached();
      near.send('text on a link for bytes');
      near.send(bytes(3));
      await world.until(() => heardNear.closes.length === 1 && heardFar.closes.length === 1);
      expect([heardNear.closes, heardFar.closes]).toEqual([[CLOSE.policy], [CLOSE.policy]]);
      expect(heardFar.messages).toEqual([]);
    });

    it('Message_LongerThanAnyMayBe_EndsTheLink', async () => {
      const { near, heardNear, heardFar } = await attached();
      near.send(bytes(1));
      near.send(bytes(MAX_FRAME_BYTES + 1));
      await world.until(() => heardNear.closes.length === 1 && heardFar.closes.length === 1);
      expect(heardFar.messages).toHaveLength(1);
      expect(heardFar.closes).toEqual([1006]);
    });
  });

  describe('signs of life', () => {
    it('Ping_IsAnswered_AndBothAreBytesThatComeIn', async () => {
      const { near, far, heardNear } = await attached();
      const before = [near.bytesReceived, far.bytesReceived];
      near.ping();
      await world.until(() => heardNear.pongs === 1);
      expect(near.bytesReceived).toBeGreaterThan(before[0] ?? 0);
      expect(far.bytesReceived).toBeGreaterThan(before[1] ?? 0);
    });

    it('Ping_WhileTheOtherEndReadsNothing_IsNotAnswered', async () => {
      const { near, heardNear } = await attached();
      world.pause(true);
      near.ping();
      await world.wait(50);
      expect(heardNear.pongs).toBe(0);
      world.pause(false);
      await world.until(() => heardNear.pongs === 1);
    });

    it('BytesQueued_GrowWhileTheOtherEndReadsNothing_AndGoOutOnceItDoes', async () => {
      const { near, heardFar } = await attached();
      near.send(bytes(1));
      await world.until(() => heardFar.messages.length === 1);
      expect(near.bytesQueued).toBe(0);
      world.pause(true);
      for (let i = 0; i < 32; i++) near.send(bytes(MIB));
      await world.wait(200);
      expect(near.bytesQueued).toBeGreaterThan(8 * MIB);
      world.pause(false);
      await world.until(() => heardFar.messages.length === 33);
      expect(near.bytesQueued).toBe(0);
    });

    it('BytesReceived_GrowWithPartsOfAMessage', async () => {
      const { near, far, heardFar } = await attached();
      near.send(bytes(1));
      await world.until(() => heardFar.messages.length === 1);
      const before = far.bytesReceived;
      let partly = false;
      near.send(bytes(20 * MIB));
      await world.until(() => {
        partly ||= heardFar.messages.length === 1 && far.bytesReceived > before;
        return heardFar.messages.length === 2;
      });
      expect(far.bytesReceived - before).toBeGreaterThanOrEqual(20 * MIB);
      expect(partly).toBe(true);
    });
  });

  describe('the end', () => {
    it.each(Object.values(CLOSE))('Close_ByTheOneThatDialled_BothHear: %i', async (code: CloseCode) => {
      const { near, heardNear, heardFar } = await attached();
      near.close(code, 'because');
      await world.until(() => heardNear.closes.length === 1 && heardFar.closes.length === 1);
      expect([heardNear.closes, heardFar.closes]).toEqual([[code], [code]]);
    });

    it('Close_ByTheOneThatAccepted_BothHear', async () => {
      const { far, heardNear, heardFar } = await attached();
      far.close(CLOSE.tryAgainLater, 'ü'.repeat(200));
      await world.until(() => heardNear.closes.length === 1 && heardFar.closes.length === 1);
      expect([heardNear.closes, heardFar.closes]).toEqual([[CLOSE.tryAgainLater], [CLOSE.tryAgainLater]]);
    });

    it('Close_ByBothAtOnce_EndsBoth', async () => {
      const { near, far, heardNear, heardFar } = await attached();
      near.close(CLOSE.normal, '');
      far.close(CLOSE.goingAway, '');
      await world.until(() => heardNear.closes.length === 1 && heardFar.closes.length === 1);
      expect([heardNear.closes, heardFar.closes]).toEqual([[CLOSE.goingAway], [CLOSE.normal]]);
    });

    it('Close_AfterMessages_TheyArriveFirst', async () => {
      const { near, heardFar } = await attached();
      near.send(bytes(1));
      near.send(bytes(4 * MIB));
      near.send(bytes(2));
      near.close(CLOSE.normal, 'done');
      await world.until(() => heardFar.closes.length === 1);
      expect(heardFar.messages.map(({ length }) => length)).toEqual([1, 4 * MIB, 2]);
      expect(heardFar.closes).toEqual([CLOSE.normal]);
    });

    it('Close_WhatTheOtherEndHadQueued_StillArrives', async () => {
      const { near, far, heardNear } = await attached();
      far.send(bytes(3));
      near.close(CLOSE.normal, '');
      await world.until(() => heardNear.closes.length === 1);
      expect(heardNear.messages).toHaveLength(1);
    });

    it('Close_TheOtherEndReadsNothing_IsCutAfterASecond', async () => {
      const { near, heardNear } = await attached();
      world.pause(true);
      const startedMs = world.nowMs();
      near.close(CLOSE.normal, '');
      await world.until(() => heardNear.closes.length === 1);
      expect(heardNear.closes).toEqual([1006]);
      expect(world.nowMs() - startedMs).toBeGreaterThanOrEqual(990);
      expect(world.nowMs() - startedMs).toBeLessThan(3000);
    });

    it('Closing_NothingMoreIsSent_AndEverythingMayBeCalled', async () => {
      const { near, far, heardNear, heardFar } = await attached();
      near.close(CLOSE.normal, 'first');
      near.close(CLOSE.policy, 'second');
      near.send(bytes(1));
      near.ping();
      await world.until(() => heardNear.closes.length === 1 && heardFar.closes.length === 1);
      for (const link of [near, far]) {
        link.send(bytes(1));
        link.ping();
        link.close(CLOSE.policy, 'late');
        link.terminate();
      }
      await world.wait(20);
      expect([heardNear.closes, heardFar.closes, heardFar.messages]).toEqual([[CLOSE.normal], [CLOSE.normal], []]);
      expect(near.bytesQueued).toBe(0);
    });

    it('Terminate_NotFromWithinTheCall_BothHear', async () => {
      const { near, far, heardNear, heardFar } = await attached();
      far.send(bytes(1));
      near.terminate();
      expect(heardNear.closes).toEqual([]);
      await world.until(() => heardNear.closes.length === 1 && heardFar.closes.length === 1);
      expect([heardNear.closes, heardFar.closes]).toEqual([[1006], [1006]]);
      expect(heardNear.messages).toEqual([]);
      near.terminate();
      await world.wait(20);
      expect(heardNear.closes).toHaveLength(1);
    });

    it('Terminate_FromWithinAMessage_NoOtherFollows', async () => {
      const { near, far, heardFar, heardNear } = await attached();
      far.onMessage = (data) => {
        heardFar.messages.push(data);
        far.terminate();
      };
      for (let i = 0; i < 10; i++) near.send(bytes(1));
      await world.until(() => heardFar.closes.length === 1 && heardNear.closes.length === 1);
      expect(heardFar.messages).toHaveLength(1);
    });

    it('Kill_OfTheOtherEnd_IsHeard', async () => {
      const { near, heardNear } = await attached();
      await world.kill();
      await world.until(() => heardNear.closes.length === 1);
      expect(heardNear.closes).toEqual([1006]);
      near.send(bytes(1));
      near.ping();
      expect(await dial()).toEqual({ kind: 'refused' });
    });
  });
});
