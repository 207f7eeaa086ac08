import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HostPort } from '../../../../src/gossip/address.js';
import { MAX_FAVOURS } from '../../../../src/gossip/membership/indirect-probes.js';
import type { SendOutcome } from '../../../../src/gossip/ports/transport.js';
import type { Message, PingReqMessage } from '../../../../src/gossip/wire/message.js';
import { answerOf, GossipBench, infoOf, SELF } from '../../../support/gossip-bench.js';

let bench: GossipBench;
const TARGET = { host: 'a.test', port: 8080 };

beforeEach(() => {
  bench = new GossipBench();
});

afterEach(() => bench.gossip.stop());

const silence = (timeoutMs: number): Promise<SendOutcome> =>
  bench.clock.sleep(timeoutMs).then(() => ({ kind: 'timeout' as const }));

/** `a` does not answer; each helper answers a request for help as told, if at all. */
function helpersFind(acked: boolean | undefined): void {
  bench.transport.onSend = (to: HostPort, message: Message, timeoutMs: number) => {
    if (to.host === TARGET.host) return silence(timeoutMs);
    if (message.type === 'PINGREQ' && acked !== undefined) {
      bench.clock.setTimer(100, () => void bench.gossip.receive(pingAck(message, to.host.replace('.test', ''), acked)));
    }
    return answerOf(to, message);
  };
}

const pingAck = (request: PingReqMessage, from: string, acked: boolean): Message => {
  return { type: 'PINGACK', from, timestampS: 1, messageId: request.messageId, to: SELF.id, acked };
};

/** The first probe of `a`, to its end. */
async function probeA(): Promise<void> {
  bench.transport.onConnectionLost?.(TARGET);
  await bench.clock.run(1000);
}

const ours = (...ids: string[]) => ids.map((id) => infoOf(id, { incarnation: 5 }));
const asked = () => bench.transport.of('PINGREQ').map(({ to }) => to.host);
const score = () => bench.metrics.value('repram_local_health_score');

describe('IndirectProbes', () => {
  describe('for this node', () => {
    it('IndirectAck_IsASignOfLife_AndNoStrike', async () => {
      await bench.prove(...ours('a', 'b', 'c', 'd', 'e'));
      helpersFind(true);
      await probeA();
      expect([asked().length, bench.member('a').strikes, bench.member('a').state]).toEqual([3, 0, 'alive']);
    });

    it('IndirectAck_ClearsTheSuspect', async () => {
      await bench.prove(...ours('a', 'b', 'c'));
      bench.gossip.members.strike('a', false);
      helpersFind(true);
      bench.gossip.start();
      await bench.clock.run(1600);
      expect([bench.member('a').state, bench.member('a').strikes]).toEqual(['alive', 0]);
    });

    it('Nacks_AreAStrike_AndSayThatThisNodeIsSound', async () => {
      await bench.prove(...ours('a', 'b', 'c', 'd'));
      helpersFind(false);
      await probeA();
      expect([bench.member('a').strikes, score()]).toEqual([1, 0]);
    });

    it('MissedNacks_EachSaysThatTheFaultMayBeHere', async () => {
      await bench.prove(...ours('a', 'b', 'c', 'd'));
      helpersFind(undefined);
      await probeA();
      expect([bench.member('a').strikes, score()]).toEqual([1, 3]);
    });

    it('LateAnswer_OfTheMemberItself_IsAnAnswer', async () => {
      await bench.prove(...ours('a', 'b'));
      bench.transport.onSend = (to, message) =>
        to.host === TARGET.host ? bench.clock.sleep(900).then(() => answerOf(to, message)) : answerOf(to, message);
      await probeA();
      expect([asked(), bench.member('a').strikes]).toEqual([['b.test'], 0]);
    });

    it('OldPeersAndSuspects_AreNotAskedForHelp_NorTheMemberItself', async () => {
      await bench.prove(...ours('a', 'b', 'suspect'), infoOf('old'));
      bench.gossip.members.learn(infoOf('rumour', { incarnation: 5 }), 'hearsay');
      bench.gossip.members.strike('suspect', false);
      helpersFind(false);
      await probeA();
      expect(asked()).toEqual(['b.test']);
    });

    it('RumouredNode_IsNotProbedThroughOthers', async () => {
      await bench.prove(...ours('b', 'c'));
      helpersFind(false);
      bench.gossip.members.learn(infoOf('a', { incarnation: 5 }), 'hearsay');
      await bench.clock.run(1000);
      expect([asked(), bench.member('a').strikes]).toEqual([[], 1]);
    });

    it('Ack_OfWhoeverWasNotAsked_OrTooLate_IsNoSignOfLife', async () => {
      await bench.prove(...ours('a', 'b'));
      let request: PingReqMessage | undefined;
      bench.transport.onSend = (to, message, timeoutMs) => {
        if (to.host === TARGET.host) return silence(timeoutMs);
        if (message.type === 'PINGREQ') {
          request = message;
          bench.gossip.receive(pingAck(message, 'stranger', true));
        }
        return answerOf(to, message);
      };
      await probeA();
      expect(bench.member('a').strikes).toBe(1);
      if (request !== undefined) bench.gossip.receive(pingAck(request, 'b', true));
      expect([request?.to, bench.member('a').strikes]).toEqual(['a', 1]);
    });
  });

  describe('for another node', () => {
    const requestOf = (from: string, to = 'a'): Message => {
      return { type: 'PINGREQ', from, timestampS: 1, messageId: `m-${to}`, to, timeoutMs: 400 };
    };
    const answers = () =>
      bench.transport.of('PINGACK').map(({ to, message }) => [to.host, message.messageId, message.acked]);

    it.each<[string, SendOutcome, boolean]>([
      ['answers', { kind: 'ok' }, true],
      ['finds our clock off', { kind: 'stale' }, true],
      ['refuses', { kind: 'refused' }, false],
      ['is another node by now', { kind: 'misdirected' }, false],
      ['is busy', { kind: 'busy', retryAfterMs: undefined }, false],
    ])('Target_That %s', async (_what, outcome, acked) => {
      await bench.prove(...ours('a', 'b'));
      bench.transport.onSend = (to, message) => (to.host === TARGET.host ? outcome : answerOf(to, message));
      bench.gossip.receive(requestOf('b'));
      await bench.clock.run(0);
      expect(answers()).toEqual([['b.test', 'm-a', acked]]);
      expect(bench.transport.of('PING', 'a.test')[0]).toMatchObject({ timeoutMs: 400, message: { to: 'a' } });
      expect(bench.member('a').strikes).toBe(0);
    });

    it('PingReq_ForAnUnknownTarget_IsRefused', async () => {
      await bench.prove(...ours('b'));
      bench.gossip.receive(requestOf('b', 'nowhere'));
      await bench.clock.run(0);
      expect([answers(), bench.transport.of('PING')]).toEqual([[['b.test', 'm-nowhere', false]], []]);
    });

    it('PingReq_OfAStranger_OrOfOneThatLeft_LeadsNowhere', async () => {
      await bench.prove(...ours('a', 'b'));
      bench.gossip.members.leave('b');
      bench.gossip.receive(requestOf('b'));
      bench.gossip.receive(requestOf('stranger'));
      await bench.clock.run(1000);
      expect([answers(), bench.transport.of('PING')]).toEqual([[], []]);
    });

    it('Favours_AreBounded_WhatIsTooMuchIsRefusedAtOnce', async () => {
      await bench.prove(...ours('a', 'b'));
      bench.transport.onSend = (to, message, timeoutMs) =>
        to.host === TARGET.host ? silence(timeoutMs) : answerOf(to, message);
      for (let favour = 0; favour <= MAX_FAVOURS; favour++) bench.gossip.receive(requestOf('b'));
      await bench.clock.run(0);
      expect([answers().length, bench.transport.of('PING', 'a.test').length]).toEqual([1, MAX_FAVOURS]);
      await bench.clock.run(1000);
      expect(answers()).toHaveLength(MAX_FAVOURS + 1);
      bench.gossip.receive(requestOf('b'));
      await bench.clock.run(0);
      expect(bench.transport.of('PING', 'a.test')).toHaveLength(MAX_FAVOURS + 1);
    });
  });
});
