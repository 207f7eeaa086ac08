import { Deviations, deviation, type Group } from '../check.js';
import { expect } from '../expect.js';
import type { ChildRecorder } from '../tree/child-recorder.js';
import { RawSocket } from '../tree/raw-socket.js';
import { encodeFrame } from '../wire/frame.js';
import { besideHonest, noteEnd, promptMs } from './beside-honest.js';
import { type Bytes, GARBAGE, HALF_FRAMES, helloBytes, OVERSIZED } from './child-inputs.js';
import { childCheck } from './nursery.js';
import type { Subject } from './subject.js';

/** A hello under an id that is somebody's is refused by a goodbye. */
async function noteRefusal(found: Deviations, subject: Subject, child: ChildRecorder, what: string): Promise<void> {
  child.hello();
  await noteEnd(found, subject, child, what, 1008);
  const types = child.socket.frames.since(0).map(({ type }) => type);
  found.unless(!types.includes('welcome'), `${what}: welcome`);
  found.unless(types.includes('goodbye'), `${what}: no goodbye`);
}

const takeover = childCheck({
  id: 'child.id-of-a-child',
  title: 'A hello under the id of a live child is refused, and that child keeps its place',
  run: (nursery) =>
    besideHonest(nursery, async (found, honest) => {
      const rival = await nursery.dial('rival', { id: honest.id });
      await noteRefusal(found, nursery.subject, rival, 'the rival');
      // Where it was let in, it has to go, or what is sent to the honest child goes to it.
      rival.socket.terminate();
      await rival.socket.ended;
    }),
});

const ownId = childCheck({
  id: 'child.id-of-the-node',
  title: "A hello under the node's own id, or a peer's, is refused",
  run: (nursery) =>
    besideHonest(nursery, async (found) => {
      const home = await nursery.subject.peer('home');
      for (const id of [nursery.subject.nodeId, home.id]) {
        const claimant = await nursery.dial('claimant', { id });
        await noteRefusal(found, nursery.subject, claimant, `hello as ${id}`);
        claimant.socket.terminate();
      }
    }),
});

const early = childCheck({
  id: 'child.gossip-before-hello',
  title: 'Gossip before the hello ends the socket, and does nothing',
  run: (nursery) =>
    besideHonest(nursery, async (found) => {
      const { subject } = nursery;
      const stranger = await nursery.dial('stranger');
      const key = subject.key('tree-early');
      stranger.put(key, 'x');
      await noteEnd(found, subject, stranger, 'after gossip before the hello', 1008);
      found.unless((await subject.read(key)).status === 404, 'the write was stored');
    }),
});

/** So many hellos on one socket, each under an id of its own. */
function hellos(id: string, count: number, title: string): ReturnType<typeof childCheck> {
  return childCheck({
    id,
    title,
    run: (nursery) =>
      besideHonest(nursery, async (found) => {
        const child = await nursery.dial('repeater');
        for (let n = 0; n < count; n += 1) child.hello({ node_id: `${child.id}-${n}` });
        await noteEnd(found, nursery.subject, child, `after ${count} hellos`, 1008);
      }),
  });
}

/** Whether the node ends the connection on which these bytes come. */
async function ends(subject: Subject, bytes: Bytes, afterHello: boolean, timeoutMs: number): Promise<boolean> {
  const raw = RawSocket.open(subject.url);
  try {
    await raw.hasReceived('\r\n\r\n', subject.timing.answerMs);
    if (afterHello) {
      raw.write(helloBytes(subject));
      await raw.hasReceived('welcome', subject.timing.answerMs);
    }
    raw.write(bytes);
    return await raw.hasEnded(timeoutMs);
  } finally {
    raw.destroy();
  }
}

/** Whether hello was said before, and how to say so. */
type Stage = readonly [boolean, string];

const STAGES: readonly Stage[] = [
  [false, 'before the hello'],
  [true, 'after it'],
];

/** Both stages of one input at a time: whoever gets no answer to its close waits a second before it cuts the socket. */
function hostileFrames(
  id: string,
  title: string,
  inputs: readonly (readonly [string, Bytes])[],
): ReturnType<typeof childCheck> {
  return childCheck({
    id,
    title,
    run: (nursery) =>
      besideHonest(nursery, async (found) => {
        const { subject } = nursery;
        const probe = async (name: string, bytes: Bytes, [afterHello, when]: Stage): Promise<void> => {
          const hasEnded = await ends(subject, bytes, afterHello, promptMs(subject));
          found.unless(hasEnded, `${name} ${when}: the socket stays`);
        };
        for (const [name, bytes] of inputs) {
          await Promise.all(STAGES.map((stage) => probe(name, bytes, stage)));
          expect(await subject.isAlive(), `the node does not answer any more after ${name}`);
        }
      }),
  });
}

const halfFrames = childCheck({
  id: 'child.half-frames',
  title: 'A frame that is not completed, or a hello that never comes, ends the socket in time',
  run: (nursery) =>
    besideHonest(nursery, async (found) => {
      const { subject } = nursery;
      const probes = HALF_FRAMES.flatMap(([name, bytes]) => STAGES.map((stage) => ({ name, bytes, stage })));
      await Promise.all(
        probes.map(async ({ name, bytes, stage: [afterHello, when] }) => {
          const hasEnded = await ends(subject, bytes, afterHello, subject.timing.silenceMs);
          found.unless(hasEnded, `${name} ${when}: the socket stays`);
        }),
      );
    }),
});

const binary = childCheck({
  id: 'child.wrong-encoding',
  title: 'A CBOR frame where JSON is spoken, or JSON where CBOR is, ends the socket',
  run: (nursery) =>
    besideHonest(nursery, async (found) => {
      const { subject } = nursery;
      const textual = await nursery.attach('textual');
      textual.socket.sendRaw(encodeFrame('cbor', 'ping', { ...textual.message('PING') }, subject.secret));
      await noteEnd(found, subject, textual, 'after CBOR on a JSON socket');
      const dialled = await nursery.dial('binary', { form: 'cbor' }).catch(() => undefined);
      if (dialled === undefined) return found.unless(false, 'the node does not select repram.tree.1');
      await dialled.attach(subject.timing.answerMs);
      dialled.socket.sendRaw(encodeFrame('typescript', 'ping', { ...dialled.message('PING') }, subject.secret));
      await noteEnd(found, subject, dialled, 'after JSON on a CBOR socket');
    }),
});

const hostileIdentity = childCheck({
  id: 'child.hostile-hello',
  title: 'A hello that names no id ends the socket; one with a strange address or port does no harm',
  async run(nursery) {
    const { subject } = nursery;
    const found = new Deviations();
    for (const node_id of ['', 5, null, {}]) {
      const child = await nursery.dial('nameless');
      child.hello({ node_id });
      await noteEnd(found, subject, child, `after a hello as ${JSON.stringify(node_id)}`);
    }
    const odd = await nursery.dial('odd');
    odd.hello({ address: '../../etc', http_port: -1, capabilities: null });
    await odd.socket.untilEnded('of the odd hello', subject.timing.quietMs).catch(() => undefined);
    expect(await subject.isAlive(), 'the node does not answer any more');
    if (await subject.lists(odd.id)) return deviation(subject.strict, 'a strange hello has become a member');
    return found.verdict(subject.strict, odd.socket.isOpen ? 'odd address: taken' : 'odd address: refused');
  },
});

export const childGuardsGroup: Group<Subject> = {
  title: 'Careless and hostile children',
  checks: [
    takeover,
    ownId,
    early,
    hellos('child.two-hellos', 2, 'A second hello ends the socket'),
    hellos('child.many-hellos', 150, '150 hellos under 150 ids on one socket end it'),
    hostileIdentity,
    hostileFrames('child.garbage', 'Frames that are no frames end the socket', GARBAGE),
    hostileFrames('child.oversized', 'A frame larger than any node may send ends the socket', OVERSIZED),
    binary,
    halfFrames,
  ],
};
