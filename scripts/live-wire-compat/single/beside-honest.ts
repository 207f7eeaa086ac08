import { Deviations, type Verdict } from '../check.js';
import { expect, expectEqual } from '../expect.js';
import type { ChildRecorder } from '../tree/child-recorder.js';
import { under } from '../tree/frame-inbox.js';
import { messageOf } from '../wait.js';
import type { Nursery } from './nursery.js';
import type { Subject } from './subject.js';

/**
 * How long a node may take to end a socket for what came on it, in milliseconds: less than one without a hello has, and
 * than one which is silent, so that it is not ended for that.
 */
const PROMPT_MS = 4000;

export function promptMs({ timing }: Subject): number {
  return Math.min(PROMPT_MS, timing.answerMs);
}

/** An honest child is attached while `probe` runs; it must notice nothing of it. */
export async function besideHonest(
  nursery: Nursery,
  probe: (found: Deviations, honest: ChildRecorder) => Promise<void>,
): Promise<Verdict> {
  const { subject } = nursery;
  const honest = await nursery.attach('honest');
  const found = new Deviations();
  await probe(found, honest);
  expect(await subject.isAlive(), 'the node does not answer any more');
  await expectUnmoved(subject, honest);
  return found.verdict(subject.strict);
}

/** It is attached, is heard and hears. */
async function expectUnmoved(subject: Subject, child: ChildRecorder): Promise<void> {
  const { answerMs } = subject.timing;
  expect(child.socket.isOpen, 'the honest child lost its socket');
  expectEqual(child.socket.frames.since(0, ({ type }) => type === 'goodbye').length, 0, 'goodbyes to the honest child');
  await child.socket.pinged(answerMs);
  const mark = child.socket.frames.mark();
  const id = child.put(subject.key(`honest-${Date.now()}`), 'x');
  await child.socket.frames.waitFor('the ACK for the honest child', mark, answerMs, under(id, 'ack'));
  const home = await subject.peer('home');
  const put = home.message('PUT', { key: subject.key(`to-honest-${Date.now()}`), data: 'eA==', ttl: 600 });
  await home.deliver(subject.url, put);
  await child.socket.frames.waitFor('a PUT for the honest child', mark, answerMs, under(put.message_id, 'put'));
}

/** The socket has to end; how, where `code` is given. */
export async function noteEnd(
  found: Deviations,
  subject: Subject,
  { socket }: ChildRecorder,
  what: string,
  code?: number,
): Promise<void> {
  try {
    const closing = await socket.untilEnded(what, promptMs(subject));
    found.unless(code === undefined || closing.code === code, `${what}: closed with ${closing.code}`);
  } catch (error) {
    found.unless(false, messageOf(error));
  }
}
