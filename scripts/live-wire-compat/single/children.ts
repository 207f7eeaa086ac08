import { Deviations, deviation, type Group, passed } from '../check.js';
import { expect, expectEqual, show } from '../expect.js';
import { under } from '../tree/frame-inbox.js';
import { RawSocket } from '../tree/raw-socket.js';
import { eventually, quiet } from '../wait.js';
import { CBOR_SUBPROTOCOL } from '../wire/cbor.js';
import type { WireFrame } from '../wire/frame.js';
import { isObject, parseNodeInfo } from '../wire/message.js';
import { childCheck } from './nursery.js';
import type { Subject } from './subject.js';

/** What is wrong with a welcome, by the rules every node keeps. */
function expectWelcome(subject: Subject, { payload, isBinary }: WireFrame, wantsBinary: boolean): readonly string[] {
  expectEqual(isBinary, wantsBinary, 'whether the welcome is binary');
  const { topology, your_position: position } = payload;
  expect(Array.isArray(topology), `topology is no array: ${show(topology)}`);
  const syncs = topology.filter(isObject);
  for (const sync of syncs) {
    expectEqual(sync['type'], 'SYNC', 'type in the topology');
    expectEqual(sync['from'], subject.nodeId, 'from in the topology');
    expectEqual(sync['message_id'], '', 'message_id in the topology');
  }
  expect(isObject(position), `your_position: ${show(position)}`);
  expectEqual(position['depth'], 1, 'depth');
  expectEqual(position['parent_id'], subject.nodeId, 'parent_id');
  return syncs.map((sync) => parseNodeInfo(sync['node_info'])?.id ?? '');
}

const welcome = childCheck({
  id: 'child.welcome',
  title: 'A hello is answered with a welcome: SYNCs without message ids of the parent and its peers, and the position',
  async run(nursery) {
    const { subject } = nursery;
    const home = await subject.peer('home');
    const answer = await nursery.welcomed('child');
    const ids = expectWelcome(subject, answer.welcome, false);
    expect(ids.includes(subject.nodeId), `the parent is not in ${show(ids)}`);
    expect(ids.includes(home.id), `${home.id} is not in ${show(ids)}`);
    const found = new Deviations();
    found.unless(!ids.includes(''), 'nodes without an id or an address in the topology');
    found.unless(new Set(ids).size === ids.length, 'nodes twice in the topology');
    return found.verdict(subject.strict, `${ids.length} nodes`);
  },
});

const ping = childCheck({
  id: 'child.ping',
  title: 'A WebSocket ping is answered, and a ping frame with a pong frame',
  async run(nursery) {
    const { subject } = nursery;
    const child = await nursery.attach('child');
    await child.socket.pinged(subject.timing.answerMs);
    child.socket.send('ping', child.message('PING', { to: subject.nodeId }));
    const pong = await child.socket.frames
      .waitFor('the pong', 0, subject.timing.answerMs, ({ type }) => type === 'pong')
      .catch(() => undefined);
    if (pong === undefined) return deviation(subject.strict, 'a ping frame gets no pong frame');
    expectEqual(pong.message?.from, subject.nodeId, 'from of the pong');
    return passed();
  },
});

const unknownFrames = childCheck({
  id: 'child.unknown-frames',
  title: 'Frame types the node does not know, and fields it does not know, are ignored',
  async run(nursery) {
    const { subject } = nursery;
    const child = await nursery.attach('child');
    child.socket.send('zz-unknown', { zz: [1, { deep: null }] });
    child.socket.send('zz-message', child.message('ACK'));
    const put = child.message('PUT', { key: subject.key('tree-unknown'), data: 'eA==', ttl: 600 });
    child.socket.send('put', { zz: { deep: [] }, ...put });
    await child.socket.frames.waitFor('the ACK', 0, subject.timing.answerMs, under(put.message_id, 'ack'));
    expect(child.socket.isOpen, 'the socket ended');
    return passed();
  },
});

const topologySync = childCheck({
  id: 'child.topology-sync',
  title: 'A node that joins later is made known to a child by a topology_sync frame',
  async run(nursery) {
    const { subject } = nursery;
    const child = await nursery.attach('child');
    const late = await subject.join(await subject.open(`late-${Date.now()}`, 'elsewhere'));
    const news = await child.socket.frames
      .waitFor('it', 0, subject.timing.answerMs, ({ type, message }) => {
        return type === 'topology_sync' && message?.node_info?.id === late.id;
      })
      .catch(() => undefined);
    if (news === undefined) return deviation(subject.strict, 'children are not told of nodes that join');
    expectEqual(news.message?.type, 'SYNC', 'type of the message');
    return passed();
  },
});

const goodbye = childCheck({
  id: 'child.goodbye',
  title: 'A child that says goodbye is let go: the node closes its socket, and its id can be used at once',
  async run(nursery) {
    const { subject } = nursery;
    const child = await nursery.attach('comes-back');
    child.socket.send('goodbye', { reason: 'leaving', alternative_parents: [] });
    const closing = await child.socket
      .untilEnded('of a child that left', subject.timing.answerMs)
      .catch(() => undefined);
    // A child in the field closes its socket itself.
    child.socket.terminate();
    await child.socket.ended;
    const again = await nursery.attach('comes-back');
    await again.socket.pinged(subject.timing.answerMs);
    return closing === undefined ? deviation(subject.strict, 'the socket stays') : passed();
  },
});

const notListed = childCheck({
  id: 'child.not-listed',
  title: 'A child is no member: it is not in /v1/topology, and nobody dials it',
  async run(nursery) {
    const { subject } = nursery;
    const child = await nursery.attach('child');
    await quiet(subject.timing.quietMs);
    const isListed = await subject.lists(child.id);
    return isListed ? deviation(subject.strict, 'children are listed as peers') : passed();
  },
});

const cbor = childCheck({
  id: 'child.cbor',
  title: 'A child that offers repram.tree.1 is spoken to in CBOR: welcome, ACK, PUT, pong and topology_sync',
  async run(nursery) {
    const { subject } = nursery;
    const home = await subject.peer('home');
    const { answerMs } = subject.timing;
    const dialled = await nursery.dial('cbor-child', { form: 'cbor' }).catch(() => undefined);
    if (dialled === undefined) return deviation(subject.strict, 'the node does not select repram.tree.1');
    const ids = expectWelcome(subject, await dialled.attach(answerMs), true);
    expect(ids.includes(subject.nodeId), `the parent is not in ${show(ids)}`);
    const { frames } = dialled.socket;
    const id = dialled.put(subject.key('cbor-up'), 'cbor ü');
    const ack = await frames.waitFor('the ACK', 0, answerMs, under(id, 'ack'));
    expectEqual(ack.message?.to, dialled.id, 'to of the ACK');
    expectEqual((await subject.read(subject.key('cbor-up'))).text, 'cbor ü', 'the value on the node');
    const put = home.message('PUT', { key: subject.key('cbor-down'), data: 'AP+AAQ==', ttl: 600 });
    await home.deliver(subject.url, put);
    const copy = await frames.waitFor('the PUT', 0, answerMs, under(put.message_id, 'put'));
    expectEqual(copy.message?.data, 'AP+AAQ==', 'data of the PUT');
    dialled.socket.send('ping', dialled.message('PING'));
    await frames.waitFor('the pong', 0, answerMs, ({ type }) => type === 'pong');
    await subject.join(await subject.open(`late-cbor-${Date.now()}`, 'elsewhere'));
    await frames.waitFor('the topology_sync', 0, answerMs, ({ type }) => type === 'topology_sync');
    expect(
      frames.since(0).every(({ isBinary }) => isBinary) && dialled.socket.unreadable === 0,
      'not every frame is CBOR',
    );
    return passed();
  },
});

const otherSubprotocol = childCheck({
  id: 'child.subprotocol',
  title: 'A subprotocol the node does not know is not selected; beside it, repram.tree.1 is',
  async run({ subject }) {
    const { answerMs } = subject.timing;
    const found = new Deviations();
    for (const [offer, selected] of [
      ['zz.unknown', undefined],
      [`zz.unknown, ${CBOR_SUBPROTOCOL}`, CBOR_SUBPROTOCOL],
    ] as const) {
      const raw = RawSocket.open(subject.url, [`Sec-WebSocket-Protocol: ${offer}`]);
      await raw.hasReceived('\r\n\r\n', answerMs);
      raw.destroy();
      expect(raw.received.startsWith('HTTP/1.1 101'), `offered ${offer}: ${show(raw.received.slice(0, 40))}`);
      const answer = /^sec-websocket-protocol: *(\S+)/im.exec(raw.received)?.[1];
      found.unless(answer === selected, `offered ${offer}: selected ${show(answer)}`);
    }
    return found.verdict(subject.strict);
  },
});

const leavesNothing = childCheck({
  id: 'child.cut',
  title: 'A child whose socket is cut can attach again under its id',
  async run(nursery) {
    const { subject } = nursery;
    const child = await nursery.attach('cut');
    child.socket.terminate();
    await child.socket.ended;
    const { elapsedMs } = await eventually('the welcome', { timeoutMs: subject.timing.answerMs }, async () => {
      return nursery.attach('cut');
    });
    return passed(`after ${Math.round(elapsedMs)} ms`);
  },
});

export const childrenGroup: Group<Subject> = {
  title: 'Children',
  checks: [welcome, ping, unknownFrames, topologySync, goodbye, leavesNothing, notListed, cbor, otherSubprotocol],
};
