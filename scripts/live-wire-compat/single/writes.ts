import { type Check, deviation, type Group, passed, skipped, type Verdict } from '../check.js';
import { expect, expectEqual, show } from '../expect.js';
import type { Recorder } from '../recorder/recorder.js';
import { eventually, quiet } from '../wait.js';
import type { WireMessage } from '../wire/message.js';
import type { Subject } from './subject.js';

/** Up to so many enclave peers the origin of a write sends to all of them. */
const FULL_FAN_OUT = 10;

function writeOf(subject: Subject, key: string): (message: WireMessage) => boolean {
  return (message) => message.type === 'PUT' && message.from === subject.nodeId && message.key === key;
}

/** Runs `probe` with no recorder acknowledging, where recorders are the only peers that could. */
async function withoutAcks(subject: Subject, probe: (home: Recorder) => Promise<Verdict>): Promise<Verdict> {
  const home = await subject.peer('home');
  await subject.store(subject.key('warm-up'), 'x');
  const { recorders, others } = await subject.enclavePeers();
  if (others > 0) return skipped(`${others} other peers in enclave ${subject.enclave} would acknowledge`);
  for (const recorder of recorders) recorder.conduct.acknowledges = false;
  try {
    return await probe(home);
  } finally {
    for (const recorder of recorders) recorder.conduct.acknowledges = true;
  }
}

const replicated: Check<Subject> = {
  id: 'write.replicated',
  title: 'A client PUT reaches the enclave peer as a PUT message, and its ACK makes it 201',
  reference: 'Messages: PUT',
  level: 'required',
  async run(subject) {
    const recorder = await subject.peer('home');
    const { recorders, others } = await subject.enclavePeers();
    if (recorders.length + others > FULL_FAN_OUT) return skipped('more than 10 enclave peers: the fan-out is random');
    const ttl = Math.max((await subject.ttlBounds()).min, 600);
    const key = subject.key('replicated');
    const mark = recorder.inbox.mark();
    const bytes = Buffer.from([0, 255, 128, 1]);
    const answer = await subject.put(key, bytes, { 'X-TTL': String(ttl) });
    const message = await recorder.inbox.waitFor('the PUT', mark, subject.timing.answerMs, writeOf(subject, key));
    expectEqual(message.data, bytes.toString('base64'), 'data');
    expectEqual(message.ttl, await subject.originalTtl(key), 'ttl');
    expect(message.message_id !== '', 'no message_id');
    const skew = Math.abs(message.timestamp - Date.now() / 1000);
    expect(Number.isInteger(message.timestamp) && skew < 300, `timestamp ${message.timestamp} is not now in seconds`);
    expectEqual(answer.status, 201, 'status');
    return passed(`201 in ${Math.round(answer.elapsedMs)} ms`);
  },
};

const emptyOut: Check<Subject> = {
  id: 'write.empty',
  title: 'An empty value is sent on with data empty or left out',
  reference: 'Messages',
  level: 'required',
  async run(subject) {
    const recorder = await subject.peer('home');
    const key = subject.key('empty-out');
    const mark = recorder.inbox.mark();
    await subject.store(key, '');
    const message = await recorder.inbox.waitFor('the PUT', mark, subject.timing.answerMs, writeOf(subject, key));
    expectEqual(message.data ?? '', '', 'data');
    return passed();
  },
};

const once: Check<Subject> = {
  id: 'write.once',
  title: 'An acknowledged write is sent to a peer once',
  reference: 'Messages: PUT',
  level: 'required',
  async run(subject) {
    const recorder = await subject.peer('home');
    const key = subject.key('once');
    const mark = recorder.inbox.mark();
    await subject.store(key, 'x');
    await quiet(subject.timing.quietMs);
    expectEqual(recorder.inbox.messagesSince(mark, writeOf(subject, key)).length, 1, 'PUTs received');
    return passed();
  },
};

const pending: Check<Subject> = {
  id: 'write.pending',
  title: 'Without acknowledgements it is 202 `Accepted (quorum pending)`, and the value is readable all the same',
  reference: 'Client API: PUT',
  level: 'required',
  run: (subject) =>
    withoutAcks(subject, async () => {
      const answer = await subject.put(subject.key('pending'), 'x');
      expectEqual(answer.status, 202, 'status');
      expectEqual(answer.text.trim(), 'Accepted (quorum pending)', 'body');
      expectEqual((await subject.read(subject.key('pending'))).status, 200, 'GET');
      return passed(`after ${Math.round(answer.elapsedMs)} ms`);
    }),
};

const strangersAck: Check<Subject> = {
  id: 'write.strangers-ack',
  title: 'ACKs of a stranger, or of a member of another enclave, make no quorum',
  reference: 'Messages: PUT',
  level: 'required',
  run: (subject) =>
    withoutAcks(subject, async (home) => {
      const foreigner = await subject.peer('elsewhere', 'elsewhere');
      home.conduct.onMessage = (message) => {
        if (message.type !== 'PUT') return;
        const echo = { to: message.from, key: message.key ?? '', message_id: message.message_id };
        for (const from of [foreigner.id, `wc-${subject.run}-nobody`, subject.nodeId]) {
          home.deliver(subject.url, home.message('ACK', { ...echo, from })).catch(() => undefined);
        }
      };
      try {
        const answer = await subject.put(subject.key('strangers-ack'), 'x');
        return answer.status === 202 ? passed() : deviation(subject.strict, `${answer.status}: such ACKs are counted`);
      } finally {
        home.conduct.onMessage = () => undefined;
      }
    }),
};

const enclaveOnly: Check<Subject> = {
  id: 'write.enclave-only',
  title: 'A write is not sent to members of another enclave',
  reference: 'Messages: enclave',
  level: 'required',
  async run(subject) {
    const foreigner = await subject.peer('elsewhere', 'elsewhere');
    const key = subject.key('enclave-only');
    const mark = foreigner.inbox.mark();
    await subject.store(key, 'x');
    await quiet(subject.timing.quietMs);
    expectEqual(foreigner.inbox.messagesSince(mark, writeOf(subject, key)).length, 0, 'PUTs received');
    return passed();
  },
};

/** A peer that is busy for its first two answers to a write. */
function busy(status: 429 | 503): Check<Subject> {
  return {
    id: `write.busy-${status}`,
    title: `A peer that answers ${status} gets the write again and stays a member`,
    reference: 'Client API: rate limit',
    level: 'required',
    async run(subject) {
      const recorder = await subject.peer('home');
      const key = subject.key(`busy-${status}`);
      const mark = recorder.inbox.mark();
      let refusals = 2;
      recorder.conduct.status = (message) => {
        if (message.key !== key || refusals === 0) return 200;
        refusals -= 1;
        return status;
      };
      try {
        await subject.store(key, 'x');
        await eventually('the write after two refusals', { timeoutMs: subject.timing.answerMs }, async () => {
          return recorder.inbox.messagesSince(mark, writeOf(subject, key)).length >= 3 ? true : undefined;
        });
      } catch (error) {
        return deviation(subject.strict, error instanceof Error ? error.message : show(error));
      } finally {
        recorder.conduct.status = () => 200;
      }
      expect(await subject.lists(recorder.id), 'the peer has been evicted');
      return passed();
    },
  };
}

export const writesGroup: Group<Subject> = {
  title: 'Writes by clients',
  checks: [replicated, emptyOut, once, enclaveOnly, pending, strangersAck, busy(429), busy(503)],
};
