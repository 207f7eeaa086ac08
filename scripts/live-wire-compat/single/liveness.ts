import { type Check, type Group, passed } from '../check.js';
import { expect, expectEqual } from '../expect.js';
import { quiet } from '../wait.js';
import type { Subject } from './subject.js';

const pong: Check<Subject> = {
  id: 'liveness.pong',
  title: 'A PING from a known peer is answered with a PONG by a separate POST, with the node_info of the answerer',
  reference: 'Messages: PING',
  level: 'required',
  async run(subject) {
    const recorder = await subject.peer('home');
    const mark = recorder.inbox.mark();
    const answer = await recorder.deliver(subject.url, recorder.message('PING', { to: subject.nodeId }));
    expectEqual(answer.status, 200, 'status');
    const message = await recorder.inbox.waitFor('the PONG', mark, subject.timing.answerMs, (candidate) => {
      return candidate.type === 'PONG' && candidate.from === subject.nodeId;
    });
    expectEqual(message.to, recorder.id, 'to');
    expectEqual(message.node_info?.id, subject.nodeId, 'node_info.id');
    expectEqual(message.node_info?.enclave ?? 'default', subject.enclave, 'node_info.enclave');
    expect((message.node_info?.http_port ?? 0) > 0, 'node_info.http_port');
    return passed();
  },
};

const each: Check<Subject> = {
  id: 'liveness.pong-each',
  title: 'Three PINGs get three PONGs',
  reference: 'Messages: PING',
  level: 'required',
  async run(subject) {
    const recorder = await subject.peer('home');
    const mark = recorder.inbox.mark();
    for (let count = 0; count < 3; count += 1) {
      await recorder.deliver(subject.url, recorder.message('PING', { to: subject.nodeId }));
    }
    await quiet(subject.timing.quietMs);
    const pongs = recorder.inbox.messagesSince(mark, (message) => message.type === 'PONG');
    expectEqual(pongs.filter((message) => message.from === subject.nodeId).length, 3, 'PONGs');
    return passed();
  },
};

const stranger: Check<Subject> = {
  id: 'liveness.stranger',
  title: 'A PING from a stranger gets no PONG and does not make it a member',
  reference: 'Messages: PING',
  level: 'required',
  async run(subject) {
    const recorder = await subject.peer('home');
    const from = `wc-${subject.run}-ping-stranger`;
    const mark = recorder.inbox.mark();
    const answer = await recorder.deliver(subject.url, recorder.message('PING', { from, to: subject.nodeId }));
    expectEqual(answer.status, 200, 'status');
    await quiet(subject.timing.quietMs);
    const pongs = recorder.inbox.messagesSince(mark, (message) => message.type === 'PONG' && message.to === from);
    expectEqual(pongs.length, 0, 'PONGs');
    expect(!(await subject.lists(from)), 'the stranger is listed');
    return passed();
  },
};

const strayPong: Check<Subject> = {
  id: 'liveness.stray-pong',
  title: 'A PONG nobody asked for is answered 200 and answered no further',
  reference: 'Messages: PING',
  level: 'required',
  async run(subject) {
    const recorder = await subject.peer('home');
    const mark = recorder.inbox.mark();
    const message = recorder.message('PONG', { to: subject.nodeId, node_info: recorder.info });
    expectEqual((await recorder.deliver(subject.url, message)).status, 200, 'status');
    await quiet(subject.timing.quietMs);
    const pongs = recorder.inbox.messagesSince(mark, (candidate) => candidate.type === 'PONG');
    expectEqual(pongs.length, 0, 'PONGs in return');
    return passed();
  },
};

const busyPeer: Check<Subject> = {
  id: 'liveness.busy-peer',
  title: 'A peer that answers PINGs with 429 for five seconds is not evicted',
  reference: 'Client API: rate limit',
  level: 'required',
  async run(subject) {
    const recorder = await subject.peer('busy', 'elsewhere');
    recorder.conduct.status = (message) => (message.type === 'PING' ? 429 : 200);
    const mark = recorder.inbox.mark();
    try {
      await quiet(Math.min(5000, subject.timing.answerMs));
    } finally {
      recorder.conduct.status = () => 200;
    }
    const pings = recorder.inbox.messagesSince(mark, (message) => message.type === 'PING').length;
    expect(await subject.lists(recorder.id), `evicted after ${pings} PINGs`);
    return passed(`${pings} PINGs refused`, { pings });
  },
};

export const livenessGroup: Group<Subject> = {
  title: 'Liveness',
  checks: [pong, each, stranger, strayPong, busyPeer],
};
