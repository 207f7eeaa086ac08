import { type Check, deviation, type Group, passed, skipped } from '../check.js';
import { expect, expectEqual, show } from '../expect.js';
import type { Recorder } from '../recorder/recorder.js';
import { quiet } from '../wait.js';
import { parseObject, type WireMessage } from '../wire/message.js';
import type { Subject } from './subject.js';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

function ackFor(subject: Subject, messageId: string): (message: WireMessage) => boolean {
  return (message) => message.type === 'ACK' && message.from === subject.nodeId && message.message_id === messageId;
}

async function deliver(subject: Subject, recorder: Recorder, message: WireMessage): Promise<void> {
  const answer = await recorder.deliver(subject.url, message);
  expectEqual(answer.status, 200, `answer to ${message.type}`);
  expectEqual(parseObject(answer.text)?.['success'], true, `success in the answer to ${message.type}`);
}

async function safeTtl(subject: Subject): Promise<number> {
  const { min, max } = await subject.ttlBounds();
  return Math.min(Math.max(min, 600), max);
}

const applied: Check<Subject> = {
  id: 'delivery.applied',
  title: 'A PUT from a peer is answered 200 {"success":true}, stored, and acknowledged straight to the sender',
  reference: 'Messages: PUT',
  level: 'required',
  async run(subject) {
    const recorder = await subject.peer('home');
    const key = subject.key('delivered');
    const ttl = await safeTtl(subject);
    const put = recorder.message('PUT', { key, data: base64('via gossip'), ttl });
    const mark = recorder.inbox.mark();
    await deliver(subject, recorder, put);
    const isAck = ackFor(subject, put.message_id);
    const ack = await recorder.inbox.waitFor('the ACK', mark, subject.timing.answerMs, isAck);
    expectEqual(ack.to, recorder.id, 'to');
    expectEqual(ack.key, key, 'key');
    const answer = await subject.read(key);
    expectEqual(answer.status, 200, 'GET');
    expectEqual(answer.text, 'via gossip', 'value');
    expectEqual(answer.headers['x-original-ttl'], String(ttl), 'X-Original-TTL');
    return passed();
  },
};

const lean: Check<Subject> = {
  id: 'delivery.empty',
  title: 'A PUT without data is an empty value',
  reference: 'Messages',
  level: 'required',
  async run(subject) {
    const recorder = await subject.peer('home');
    const key = subject.key('delivered-empty');
    await deliver(subject, recorder, recorder.message('PUT', { key, ttl: await safeTtl(subject) }));
    const answer = await subject.read(key);
    expectEqual(answer.status, 200, 'GET');
    expectEqual(answer.body.length, 0, 'bytes');
    return passed();
  },
};

const unknownFields: Check<Subject> = {
  id: 'delivery.unknown-fields',
  title: 'Fields the node does not know are ignored, in any order of fields',
  reference: 'Transport',
  level: 'required',
  async run(subject) {
    const recorder = await subject.peer('home');
    const key = subject.key('unknown-fields');
    const put = recorder.message('PUT', { key, data: base64('x'), ttl: await safeTtl(subject) });
    const shuffled = Object.fromEntries(Object.entries({ ...put, zz_new: { deep: [1, null] }, hop: 3 }).reverse());
    const mark = recorder.inbox.mark();
    const answer = await recorder.post(subject.url, '/v1/gossip/message', JSON.stringify(shuffled));
    expectEqual(answer.status, 200, 'status');
    await recorder.inbox.waitFor('the ACK', mark, subject.timing.answerMs, ackFor(subject, put.message_id));
    expectEqual((await subject.read(key)).text, 'x', 'value');
    return passed();
  },
};

const dedup: Check<Subject> = {
  id: 'delivery.dedup',
  title: 'A second PUT under the same message id is answered 200 and changes nothing',
  reference: 'Messages: message_id',
  level: 'required',
  async run(subject) {
    const recorder = await subject.peer('home');
    const key = subject.key('dedup');
    const put = recorder.message('PUT', { key, data: base64('first'), ttl: await safeTtl(subject) });
    const mark = recorder.inbox.mark();
    await deliver(subject, recorder, put);
    await deliver(subject, recorder, { ...put, data: base64('second') });
    await quiet(subject.timing.quietMs);
    expectEqual((await subject.read(key)).text, 'first', 'value');
    const acks = recorder.inbox.messagesSince(mark, ackFor(subject, put.message_id)).length;
    expect(acks >= 1, 'no ACK at all');
    return passed(`${acks} ACK for two deliveries`, { acks });
  },
};

const later: Check<Subject> = {
  id: 'delivery.overwrite',
  title: 'A later PUT under a new message id replaces the value',
  reference: 'Messages: message_id',
  level: 'required',
  async run(subject) {
    const recorder = await subject.peer('home');
    const key = subject.key('delivered-twice');
    const ttl = await safeTtl(subject);
    await deliver(subject, recorder, recorder.message('PUT', { key, data: base64('first'), ttl }));
    const second = recorder.message('PUT', { key, data: base64('second'), ttl });
    await deliver(subject, recorder, { ...second, timestamp: second.timestamp + 1 });
    expectEqual((await subject.read(key)).text, 'second', 'value');
    return passed();
  },
};

const stranger: Check<Subject> = {
  id: 'delivery.stranger',
  title: 'A PUT from a stranger is acknowledged to nobody, and does not make the stranger a member',
  reference: 'Messages: PUT',
  level: 'required',
  async run(subject) {
    const recorder = await subject.peer('home');
    const from = `wc-${subject.run}-stranger`;
    const key = subject.key('from-stranger');
    const put = recorder.message('PUT', { from, key, data: base64('x'), ttl: await safeTtl(subject) });
    const mark = recorder.inbox.mark();
    await deliver(subject, recorder, put);
    await quiet(subject.timing.quietMs);
    expectEqual(recorder.inbox.messagesSince(mark, ackFor(subject, put.message_id)).length, 0, 'ACKs received');
    expect(!(await subject.lists(from)), 'the stranger is listed');
    const { status } = await subject.read(key);
    return passed(status === 200 ? 'the write is applied' : `the write is not applied (${status})`);
  },
};

const notForwarded: Check<Subject> = {
  id: 'delivery.not-forwarded',
  title: 'With up to 10 enclave peers a receiver does not forward',
  reference: 'Messages: fan-out',
  level: 'required',
  async run(subject) {
    const [home, second] = [await subject.peer('home'), await subject.peer('second')];
    const { recorders, others } = await subject.enclavePeers();
    if (recorders.length + others > 10) return skipped('more than 10 enclave peers');
    const put = home.message('PUT', { key: subject.key('no-forward'), data: base64('x'), ttl: await safeTtl(subject) });
    const marks = [home.inbox.mark(), second.inbox.mark()] as const;
    await deliver(subject, home, put);
    await quiet(subject.timing.quietMs);
    const same = (message: WireMessage): boolean => message.type === 'PUT' && message.message_id === put.message_id;
    expectEqual(second.inbox.messagesSince(marks[1], same).length, 0, 'copies at another peer');
    expectEqual(home.inbox.messagesSince(marks[0], same).length, 0, 'copies back at the sender');
    return passed();
  },
};

const clampedIn: Check<Subject> = {
  id: 'delivery.ttl-clamped',
  title: 'A TTL outside the bounds is clamped on this way in too',
  reference: 'Client API: PUT',
  level: 'required',
  async run(subject) {
    const recorder = await subject.peer('home');
    const { max } = await subject.ttlBounds();
    const key = subject.key('delivered-long');
    await deliver(subject, recorder, recorder.message('PUT', { key, data: base64('x'), ttl: max * 2 }));
    const ttl = await subject.originalTtl(key);
    return ttl === max ? passed() : deviation(subject.strict, `a TTL of ${max * 2} s became ${ttl}`);
  },
};

const inert: Check<Subject> = {
  id: 'delivery.inert',
  title: 'An unknown type, the reserved GET and an ACK nobody waits for are answered 200 and do nothing',
  reference: 'Messages: type',
  level: 'required',
  async run(subject) {
    const recorder = await subject.peer('home');
    for (const type of ['WAT', 'GET', 'ACK']) {
      const key = subject.key(`inert-${type}`);
      await deliver(subject, recorder, recorder.message(type, { key, data: base64('x'), ttl: 600 }));
      expectEqual((await subject.read(key)).status, 404, `GET after ${type}`);
    }
    return passed();
  },
};

const notJson: Check<Subject> = {
  id: 'delivery.not-json',
  title: 'A body that is no JSON is 400 `Invalid JSON`',
  reference: 'recorded: {not json',
  level: 'required',
  async run(subject) {
    const recorder = await subject.peer('home');
    for (const path of ['/v1/gossip/message', '/v1/bootstrap']) {
      const answer = await recorder.post(subject.url, path, '{not json');
      expectEqual(answer.status, 400, path);
      expect(answer.text.trim() === 'Invalid JSON', `body of ${path}: ${show(answer.text)}`);
    }
    return passed();
  },
};

export const deliveriesGroup: Group<Subject> = {
  title: 'Writes by peers',
  checks: [applied, lean, unknownFields, dedup, later, stranger, notForwarded, clampedIn, inert, notJson],
};
