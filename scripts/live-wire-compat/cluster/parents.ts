import { Deviations, deviation, failed, type Group, passed, skipped, type Verdict } from '../check.js';
import { expect, expectEqual, show } from '../expect.js';
import type { Recorder } from '../recorder/recorder.js';
import { Nursery } from '../single/nursery.js';
import { Subject } from '../single/subject.js';
import type { ChildRecorder } from '../tree/child-recorder.js';
import { messageOf, quiet } from '../wait.js';
import type { WireFrame } from '../wire/frame.js';
import { isObject } from '../wire/message.js';
import type { Arena } from './arena.js';
import { checkOfEachKind } from './by-kind.js';
import type { Kind } from './command.js';
import type { NodeProcess } from './node-process.js';

interface Parenthood {
  readonly node: NodeProcess;
  readonly subject: Subject;
  readonly nursery: Nursery;
  readonly strict: boolean;
  /** Members that the node can name as alternatives: one of its enclave, one of another. */
  readonly peers: readonly [Recorder, Recorder];
}

const MAX_ALTERNATIVES = 5;
const REFERENCE = 'WebSocket attachment';

/** A node of the kind that takes so many children, with two recorders as its peers. */
async function withParent(
  arena: Arena,
  kind: Kind,
  maxChildren: number,
  probe: (parenthood: Parenthood) => Promise<Verdict>,
): Promise<Verdict> {
  const cluster = arena.newCluster({
    prefix: `wc-${arena.run}-parent`,
    environment: { REPRAM_MAX_CHILDREN: String(maxChildren), REPRAM_WRITE_TIMEOUT: '2' },
    enclave: 'wire-compat',
  });
  const strict = arena.isStrictFor(kind);
  let subject: Subject | undefined;
  let nursery: Nursery | undefined;
  try {
    const node = await cluster.add(kind);
    subject = await Subject.meet({ url: node.url, strict });
    const peers = [await subject.peer('home'), await subject.peer('elsewhere', 'elsewhere')] as const;
    nursery = new Nursery(subject);
    return await probe({ node, subject, nursery, strict, peers });
  } finally {
    await nursery?.close();
    await cluster.stop();
    await subject?.close();
  }
}

/** What is wrong with a goodbye that names where else to go. */
function noteGoodbye(found: Deviations, frame: WireFrame, reason: string, [near]: Parenthood['peers']): void {
  const { reason: said, alternative_parents: named } = frame.payload;
  expectEqual(said, reason, 'reason');
  expect(Array.isArray(named), `alternative_parents is no array: ${show(named)}`);
  const [first] = named;
  found.unless(named.length <= MAX_ALTERNATIVES, `${named.length} alternatives`);
  found.unless(named.every(isWellFormed), `alternatives without an id or an address: ${show(named)}`);
  found.unless(
    isObject(first) && first['id'] === near.id && first['http_port'] === near.info.http_port,
    `the peer of the enclave is not the first alternative: ${show(first)}`,
  );
}

function isWellFormed(alternative: unknown): boolean {
  if (!isObject(alternative)) return false;
  const { id, address, http_port: port } = alternative;
  return typeof id === 'string' && id !== '' && typeof address === 'string' && Number.isInteger(port);
}

/** Says hello to a node that has no room. */
async function noteRefusal(found: Deviations, { subject, peers }: Parenthood, child: ChildRecorder): Promise<void> {
  child.hello();
  const { answerMs } = subject.timing;
  const frame = await child.socket.frames.waitFor('the goodbye', 0, answerMs, ({ type }) => type === 'goodbye');
  noteGoodbye(found, frame, 'at capacity', peers);
  const closing = await child.socket.untilEnded('after the goodbye', answerMs);
  found.unless(closing.code === 1000, `closed with ${closing.code}`);
  expectEqual(child.socket.frames.since(0, ({ type }) => type === 'welcome').length, 0, 'welcomes');
}

/** The node takes no children, which a node in the field need not. */
function withoutChildren(strict: boolean, why: string): Verdict {
  return strict ? failed(why) : skipped(why);
}

const none = checkOfEachKind({
  id: 'parent.no-room-at-all',
  title: 'With REPRAM_MAX_CHILDREN=0 a hello gets the goodbye "at capacity" with alternatives, closed with 1000',
  reference: REFERENCE,
  run: (arena, kind) =>
    withParent(arena, kind, 0, async (parenthood) => {
      const child = await parenthood.nursery.dial('refused').catch(messageOf);
      if (typeof child === 'string') return withoutChildren(parenthood.strict, child);
      const found = new Deviations();
      await noteRefusal(found, parenthood, child);
      return found.verdict(parenthood.strict);
    }),
});

const one = checkOfEachKind({
  id: 'parent.full',
  title:
    'With REPRAM_MAX_CHILDREN=1 the second child is refused the same way, the first stays, and its place is free later',
  reference: REFERENCE,
  run: (arena, kind) =>
    withParent(arena, kind, 1, async (parenthood) => {
      const { nursery, subject, strict } = parenthood;
      const first = await nursery.attach('first').catch(messageOf);
      if (typeof first === 'string') return withoutChildren(strict, first);
      const found = new Deviations();
      await noteRefusal(found, parenthood, await nursery.dial('second'));
      await first.socket.pinged(subject.timing.answerMs);
      first.leave();
      await first.socket.untilEnded('of the child that left', subject.timing.answerMs);
      const third = await nursery.attach('third').catch(() => undefined);
      found.unless(third !== undefined, 'the place of a child that left is not free');
      return found.verdict(strict);
    }),
});

const shutdown = checkOfEachKind({
  id: 'parent.shutdown',
  title: 'On SIGTERM each child gets the goodbye "shutdown" with alternatives once, and is closed with 1001',
  reference: REFERENCE,
  run: (arena, kind) =>
    withParent(arena, kind, 10, async (parenthood) => {
      const { nursery, node, subject, strict, peers } = parenthood;
      const first = await nursery.attach('first').catch(messageOf);
      if (typeof first === 'string') return withoutChildren(strict, first);
      const children = [first, await nursery.attach('second')];
      const stopping = node.stop();
      const found = new Deviations();
      for (const { socket } of children) {
        const { answerMs } = subject.timing;
        const frame = await socket.frames.waitFor('the goodbye', 0, answerMs, ({ type }) => type === 'goodbye');
        noteGoodbye(found, frame, 'shutdown', peers);
        const closing = await socket.untilEnded('after the goodbye', answerMs);
        found.unless(closing.code === 1001, `closed with ${closing.code}`);
        const goodbyes = socket.frames.since(0, ({ type }) => type === 'goodbye').length;
        found.unless(goodbyes === 1, `${goodbyes} goodbyes`);
      }
      await stopping;
      return found.verdict(strict);
    }),
});

const lastWrites = checkOfEachKind({
  id: 'parent.shutdown-writes',
  title: 'What a child sends between the goodbye and the end reaches the mesh',
  reference: 'none: nodes in the field give no time',
  run: (arena, kind) =>
    withParent(arena, kind, 10, async ({ nursery, node, subject, strict, peers: [home] }) => {
      const child = await nursery.attach('last-words').catch(messageOf);
      if (typeof child === 'string') return withoutChildren(strict, child);
      const stopping = node.stop();
      const isGoodbye = ({ type }: WireFrame): boolean => type === 'goodbye';
      await child.socket.frames.waitFor('the goodbye', 0, subject.timing.answerMs, isGoodbye);
      const id = child.put(subject.key('last-words'), 'x');
      await stopping;
      await quiet(subject.timing.quietMs);
      const copies = home.inbox.messagesSince(0, ({ message_id }) => message_id === id).length;
      return copies > 0 ? passed() : deviation(strict, 'the write was lost');
    }),
});

export const parentsGroup: Group<Arena> = {
  title: 'Parents that are full, or leave',
  checks: [none, one, shutdown, lastWrites],
};
