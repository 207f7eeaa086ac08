import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SendOutcome } from '../../../../src/gossip/ports/transport.js';
import { MAX_ANNOUNCEMENTS } from '../../../../src/gossip/topology/announcer.js';
import { MAX_DIAL_BACKS } from '../../../../src/gossip/topology/reception.js';
import type { BootstrapRequest } from '../../../../src/gossip/wire/bootstrap.js';
import { GossipBench, infoOf, SELF } from '../../../support/gossip-bench.js';
import { now } from '../../../support/now.js';

let bench: GossipBench;

beforeEach(() => {
  bench = new GossipBench();
});

afterEach(() => bench.gossip.stop());

function request(nodeId: string, parts: Partial<BootstrapRequest> = {}): BootstrapRequest {
  return { nodeId, address: `${nodeId}.test`, gossipPort: 9090, httpPort: 8080, enclave: 'default', ...parts };
}

const tellings = () =>
  bench.transport
    .of('SYNC')
    .filter(({ message }) => message.nodeInfo.id === 'joiner')
    .map(({ to, atMs }) => `${to.host} ${atMs}`);

describe('ReceptionDesk', () => {
  it('Joiner_IsToldOfEverybody_ItselfAndTheSeedIncluded_TheDeadLeftOut', async () => {
    await bench.prove(infoOf('a'), infoOf('dead'));
    for (let i = 0; i < 3; i++) bench.gossip.members.strike('dead', true);
    const reception = now(bench.gossip.reception.receive(request('joiner')));
    const ids = reception.kind === 'welcome' && reception.answer.peers.map((info) => info.id);
    expect(ids).toEqual(['a', 'joiner', 'self']);
    expect(bench.member('joiner').introduced).toBe(true);
  });

  it('Joiner_IsAnnouncedByHearsay_ToAllOthers', async () => {
    await bench.prove(infoOf('a'), infoOf('b'));
    bench.gossip.reception.receive(request('joiner'));
    await bench.clock.run(0);
    expect(tellings()).toEqual(['a.test 0', 'b.test 0']);
    expect(bench.transport.of('SYNC').every(({ message }) => message.from === 'self')).toBe(true);
  });

  it('Joiner_ThatAsksAgain_IsNoNews_ItsNextIncarnationIs', async () => {
    await bench.prove(infoOf('a'));
    const extension = (incarnation: number) => ({ extension: { incarnation, instance: `${incarnation}` } });
    for (const incarnation of [1, 1, 2]) {
      bench.gossip.reception.receive(request('joiner', extension(incarnation)));
      await bench.clock.run(100);
    }
    expect(tellings()).toEqual(['a.test 0', 'a.test 200']);
  });

  it('Joiner_IsAnnouncedAgain_After1And2And4Seconds_ToWhoCouldNotBeTold', async () => {
    await bench.prove(infoOf('a'));
    bench.transport.onSend = () => ({ kind: 'refused' });
    bench.gossip.reception.receive(request('joiner'));
    await bench.clock.run(20_000);
    expect(tellings()).toEqual(['a.test 0', 'a.test 1000', 'a.test 3000', 'a.test 7000']);
  });

  it('Joiner_IsAnnouncedNoMore_ToWhoDiesMeanwhile', async () => {
    await bench.prove(infoOf('a'));
    bench.transport.onSend = () => ({ kind: 'refused' });
    bench.gossip.reception.receive(request('joiner'));
    await bench.clock.run(500);
    for (let i = 0; i < 3; i++) bench.gossip.members.strike('a', true);
    await bench.clock.run(20_000);
    expect(tellings()).toEqual(['a.test 0']);
  });

  it('Announcements_AreBounded_AndWhatIsSkippedIsCounted', async () => {
    await bench.prove(...Array.from({ length: 600 }, (_, i) => infoOf(`n${i}`)));
    bench.transport.onSend = (_to, _message, timeoutMs) =>
      bench.clock.sleep(timeoutMs).then((): SendOutcome => ({ kind: 'timeout' }));
    for (const id of ['joiner', 'second']) bench.gossip.reception.receive(request(id));
    await bench.clock.run(0);
    expect(bench.transport.of('SYNC')).toHaveLength(MAX_ANNOUNCEMENTS);
    expect(bench.metrics.value('repram_announcements_skipped_total')).toBe(201);
  });

  it('IdTaken_JoinerBearsThisNodesId', () => {
    expect(bench.gossip.reception.receive(request('self'))).toEqual({ kind: 'id-taken' });
    const extension = { incarnation: SELF.incarnation, instance: 'other' };
    expect(bench.gossip.reception.receive(request('self', { extension }))).toEqual({ kind: 'id-taken' });
  });

  it('Self_FindsItselfAmongItsSeeds', () => {
    const extension = { incarnation: SELF.incarnation, instance: SELF.instance };
    expect(bench.gossip.reception.receive(request('self', { extension }))).toEqual({ kind: 'self' });
  });

  it('Joiner_ThatClaimsThisNodesAddress_IsRefused', () => {
    expect(bench.gossip.reception.receive(request('joiner', { address: 'self.test' }))).toEqual({ kind: 'refused' });
    expect(bench.gossip.members.get('joiner')).toBeUndefined();
  });

  it('Ghost_JoinerThatNeverAnswers_CostsNothingToQuorums_AndIsEvicted', async () => {
    bench.transport.onSend = () => ({ kind: 'refused' });
    bench.gossip.start();
    bench.gossip.reception.receive(request('joiner'));
    expect(await bench.gossip.writer.write('k', new Uint8Array(1), 600)).toBe('quorum');
    await bench.clock.run(3000);
    expect(bench.member('joiner').state).toBe('dead');
    expect(await bench.gossip.writer.write('k', new Uint8Array(1), 600)).toBe('quorum');
  });

  describe('of a joiner that asks to be dialled back', () => {
    const reach = (nodeId: string, parts: Partial<BootstrapRequest> = {}) =>
      bench.gossip.reception.receive(request(nodeId, { wantsReach: true, ...parts }));

    it('DialBack_IsAProbeOfItsIdAtItsAddress_AndWhoTakesItIsAMember', async () => {
      await bench.prove(infoOf('a'));
      const reception = await reach('joiner');
      expect(reception).toMatchObject({ kind: 'welcome', answer: { reachable: true } });
      expect(bench.transport.sent[0]).toMatchObject({
        to: { host: 'joiner.test', port: 8080 },
        message: { type: 'PING', to: 'joiner' },
        timeoutMs: 1500,
      });
      expect(bench.member('joiner').state).toBe('alive');
      await bench.clock.run(0);
      expect(tellings()).toEqual(['a.test 0']);
    });

    it.each(['refused', 'timeout', 'misdirected', 'reset'] as const)(
      'DialBack_ThatIs_%s_MakesItNoMember_TellsItSo_AndNobodyElseOfIt',
      async (kind) => {
        await bench.prove(infoOf('a'));
        bench.transport.onSend = () => ({ kind });
        const reception = await reach('joiner');
        const ids = reception.kind === 'welcome' && reception.answer.peers.map(({ id }) => id);
        expect([reception, ids]).toMatchObject([{ answer: { reachable: false } }, ['a', 'self']]);
        expect(bench.gossip.members.get('joiner')).toBeUndefined();
        await bench.clock.run(20_000);
        expect(tellings()).toEqual([]);
      },
    );

    it('DialBack_IsNeededByNobodyWhoBearsThisNodesId', () => {
      expect(now(reach('self'))).toEqual({ kind: 'id-taken' });
      expect(bench.transport.sent).toEqual([]);
    });

    it('DialBack_DoesNotOverruleARefusal', async () => {
      expect(await reach('joiner', { address: 'self.test' })).toEqual({ kind: 'refused' });
    });

    it('DialBacks_AreBounded_WhoComesBeyondIsPutOff_NotTakenAtItsWord_AndIsServedLater', async () => {
      bench.transport.onSend = (_to, _message, timeoutMs) =>
        bench.clock.sleep(timeoutMs).then((): SendOutcome => ({ kind: 'timeout' }));
      const looking = Array.from({ length: MAX_DIAL_BACKS }, (_, i) => reach(`joiner-${i}`));
      expect(now(reach('late'))).toEqual({ kind: 'busy' });
      expect(bench.metrics.value('repram_joiners_put_off_total')).toBe(1);
      expect(bench.gossip.members.get('late')).toBeUndefined();
      await bench.clock.run(1500);
      await Promise.all(looking);
      bench.transport.onSend = () => ({ kind: 'ok' });
      expect(await reach('late')).toMatchObject({ answer: { reachable: true } });
    });
  });
});
