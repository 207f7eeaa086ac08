import { Deviations, deviation, type Group, passed, type Verdict } from '../check.js';
import { expect, expectEqual, show } from '../expect.js';
import { putOf, under } from '../tree/frame-inbox.js';
import type { ParentRecorder, Visit } from '../tree/parent-recorder.js';
import { eventually, messageOf, quiet } from '../wait.js';
import { CBOR_SUBPROTOCOL } from '../wire/cbor.js';
import type { FrameForm, WireFrame } from '../wire/frame.js';
import { isObject } from '../wire/message.js';
import type { Arena } from './arena.js';
import { checkOfEachKind } from './by-kind.js';
import type { Kind } from './command.js';
import type { NodeProcess } from './node-process.js';
import { type BenchSettings, ENCLAVE, QUIET_MS, TransientBench, withoutMode } from './transient-bench.js';

const REFERENCE = 'WebSocket attachment';
const SECRET = 'wire-compat sécret';

interface Attached {
  readonly arena: Arena;
  readonly bench: TransientBench;
  readonly node: NodeProcess;
  readonly parent: ParentRecorder;
  readonly visit: Visit & { readonly hello: WireFrame };
}

/** A transient of the kind that has been attached to a recorder. */
async function whenAttached(
  arena: Arena,
  kind: Kind,
  settings: BenchSettings,
  probe: (attached: Attached) => Promise<Verdict>,
): Promise<Verdict> {
  const bench = new TransientBench(arena, kind, settings);
  try {
    const parent = await bench.parent('parent');
    const node = await bench.start([parent]);
    const visit = await parent.visit(0, bench.attachMs).catch(messageOf);
    if (typeof visit === 'string') return withoutMode(bench, visit);
    return await probe({ arena, bench, node, parent, visit });
  } finally {
    await bench.close();
  }
}

function transientCheck(
  id: string,
  title: string,
  probe: (attached: Attached) => Promise<Verdict>,
  settings: BenchSettings = {},
): ReturnType<typeof checkOfEachKind> {
  const run = (arena: Arena, kind: Kind): Promise<Verdict> => whenAttached(arena, kind, settings, probe);
  return checkOfEachKind({ id, title, reference: REFERENCE, run });
}

/** Writes through the node and yields the frame that went up, and the status of the answer. */
async function writeUp({ arena, bench, node, parent, visit }: Attached, name: string) {
  const key = arena.key(`transient-${name}`);
  const answering = node.client.put(key, name);
  const frame = await visit.socket.frames.waitFor(`the PUT at ${parent.id}`, 0, bench.attachMs, putOf(key));
  return { key, message: frame.message, answering };
}

const HELLO_FIELDS = ['node_id', 'enclave', 'address', 'http_port', 'capabilities'];

function expectHello({ node, visit: { hello } }: Attached): void {
  const { payload } = hello;
  const names = Object.keys(payload).filter((name) => name !== 'x');
  expectEqual(names.join(), HELLO_FIELDS.join(), 'fields of the hello, in their order');
  expectEqual(payload['node_id'], node.id, 'node_id');
  expectEqual(payload['enclave'], ENCLAVE, 'enclave');
  expectEqual(typeof payload['address'], 'string', 'type of the address');
  expectEqual(`${payload['address']}:${payload['http_port']}`, node.endpoint, 'address and http_port');
  const { capabilities } = payload;
  expect(isObject(capabilities) && capabilities['inbound'] === 'false', `capabilities: ${show(capabilities)}`);
}

const hello = transientCheck(
  'transient.hello',
  'With REPRAM_INBOUND=false it opens /v1/ws at a seed and says a hello as recorded, in JSON where no subprotocol is selected',
  async (attached) => {
    expectHello(attached);
    const { bench, visit } = attached;
    expectEqual(visit.hello.isBinary, false, 'whether the hello is binary');
    const [type, payload] = Object.keys(JSON.parse(visit.hello.raw) as object);
    expectEqual(`${type}, ${payload}`, 'type, payload', 'fields of the frame');
    await visit.socket.pinged(bench.attachMs);
    return passed(visit.offered.length === 0 ? undefined : `offers ${visit.offered.join(' and ')}`);
  },
);

const writes = transientCheck(
  'transient.writes',
  'A client write goes up as a put frame from the node, and is 201 after the ACKs of a quorum of the nodes in the welcome',
  async (attached) => {
    const { parent, node, bench } = attached;
    const [second = ''] = parent.conduct.others.map(({ id }) => id);
    parent.conduct.acknowledges = () => [parent.id, second];
    const { message, answering } = await writeUp(attached, 'quorum');
    expectEqual(message?.type, 'PUT', 'type');
    expectEqual(message?.from, node.id, 'from');
    expectEqual(message?.data, Buffer.from('quorum').toString('base64'), 'data');
    expect((message?.message_id ?? '') !== '', 'no message_id');
    const { status, elapsedMs } = await answering;
    if (status === 202) return deviation(bench.strict, '202 although two of three nodes have acknowledged');
    expectEqual(status, 201, 'status');
    return passed(`201 in ${Math.round(elapsedMs)} ms`);
  },
  { others: ['silent-1', 'silent-2'] },
);

const noQuorum = transientCheck(
  'transient.no-quorum',
  'Without such a quorum it is 202: ACKs of one node, however many, of strangers, and of the node itself make none',
  async (attached) => {
    const { parent, node, bench } = attached;
    const found = new Deviations();
    const cases: readonly (readonly [string, readonly string[]])[] = [
      ['none', []],
      ['parent-thrice', [parent.id, parent.id, parent.id]],
      ['strangers', ['stranger-1', 'stranger-2', 'stranger-3']],
      ['itself', [parent.id, node.id]],
    ];
    for (const [name, ids] of cases) {
      parent.conduct.acknowledges = () => ids;
      const { answering, key } = await writeUp(attached, name);
      const { status } = await answering;
      found.unless(status === 202, `ACKs by ${name}: ${status}`);
      expectEqual((await node.client.get(key)).status, 200, `GET after ACKs by ${name}`);
    }
    return found.verdict(bench.strict);
  },
  { others: ['silent-1', 'silent-2'] },
);

const takes = transientCheck(
  'transient.takes-writes',
  'A PUT that comes down is stored, and does not go up again',
  async ({ arena, node, parent, visit }) => {
    const key = arena.key('transient-down');
    visit.socket.send('put', parent.message('PUT', key, { from: 'far-away', key, data: 'AP+AAQ==', ttl: 600 }));
    await arena.untilReadable([node], key, Buffer.from([0, 255, 128, 1]));
    await quiet(QUIET_MS);
    expectEqual(visit.socket.frames.since(0, putOf(key)).length, 0, 'PUTs that came back');
    return passed();
  },
);

const moves = transientCheck(
  'transient.moves',
  'On a goodbye it moves to the node that is named, before the old socket closes, and what comes on that is heard',
  async ({ arena, bench, node, parent, visit }) => {
    const next = await bench.parent('next');
    parent.conduct.alternatives = [next.info];
    parent.conduct.answer = 'nothing';
    parent.goodbye(visit.socket, 'shutdown');
    const key = arena.key('transient-after-goodbye');
    visit.socket.send('put', parent.message('PUT', key, { key, data: 'eA==', ttl: 600 }));
    const arrival = await next.visit(0, bench.attachMs).catch(messageOf);
    if (typeof arrival === 'string') return deviation(bench.strict, arrival);
    const found = new Deviations();
    const { closing } = visit.socket;
    found.unless(closing === undefined || closing.atMs >= arrival.atMs, 'the old socket was closed first');
    await arena.untilReadable([node], key, 'x');
    const closed = await visit.socket.untilEnded('that was left', bench.attachMs).catch(() => undefined);
    found.unless(closed?.code === 1000, `the old socket: ${closed === undefined ? 'stays' : closed.code}`);
    expectEqual((await node.client.put(arena.key('transient-moved'), 'x')).status, 201, 'a write at the new parent');
    return found.verdict(bench.strict);
  },
);

const redirected = checkOfEachKind({
  id: 'transient.redirected',
  title: 'Refused with "at capacity", it goes to an alternative that the goodbye names',
  reference: REFERENCE,
  async run(arena, kind) {
    const bench = new TransientBench(arena, kind);
    try {
      const [full, free] = [await bench.parent('full'), await bench.parent('free')];
      full.conduct.answer = 'goodbye';
      full.conduct.alternatives = [free.info];
      const node = await bench.start([full]);
      const refused = await full.visit(0, bench.attachMs).catch(messageOf);
      if (typeof refused === 'string') return withoutMode(bench, refused);
      const arrival = await free.visit(0, bench.attachMs).catch(messageOf);
      if (typeof arrival === 'string') return deviation(bench.strict, arrival);
      expectEqual((await node.client.put(arena.key('transient-redirected'), 'x')).status, 201, 'a write there');
      return passed(`after ${Math.round(arrival.atMs - refused.atMs)} ms`);
    } finally {
      await bench.close();
    }
  },
});

const cut = transientCheck(
  'transient.cut',
  'When its parent dies without goodbye it goes to another, and sends what is not acknowledged again under its message id',
  async (attached) => {
    const { arena, bench, node, parent, visit } = attached;
    const second = await bench.parent('second');
    // It learns of the second as of any node that joins.
    visit.socket.send('topology_sync', parent.message('SYNC', 'news', { node_info: second.info }));
    parent.conduct.acknowledges = () => [];
    const { message, key } = await writeUp(attached, 'unacknowledged');
    await quiet(QUIET_MS);
    await parent.close();
    const cutMs = performance.now();
    const arrival = await second.visit(0, bench.attachMs).catch(messageOf);
    if (typeof arrival === 'string') return deviation(bench.strict, `known defect: it does not come back: ${arrival}`);
    const id = message?.message_id ?? '';
    const again = await arrival.socket.frames
      .waitFor('it again', 0, bench.attachMs, under(id, 'put'))
      .catch(() => undefined);
    if (again === undefined) return deviation(bench.strict, 'what was not acknowledged is not sent again');
    expectEqual(again.message?.key, key, 'key of what is sent again');
    expectEqual(again.message?.data, message?.data, 'data of what is sent again');
    expectEqual((await node.client.put(arena.key('transient-after-cut'), 'x')).status, 201, 'the next write');
    const backMs = Math.round(arrival.atMs - cutMs);
    return passed(`back after ${backMs} ms`, { backMs });
  },
);

const returns = transientCheck(
  'transient.returns',
  'When its only parent dies and is started again seconds later, it comes back',
  async ({ bench, parent }) => {
    await parent.close();
    await quiet(2 * QUIET_MS);
    const again = await bench.parent('parent', parent.info.http_port);
    const back = await again.visit(0, bench.attachMs).catch(messageOf);
    return typeof back === 'string' ? deviation(bench.strict, `known defect: ${back}`) : passed();
  },
);

const notItself = transientCheck(
  'transient.not-itself',
  'Its own address among the seeds is no parent: it goes on to the next',
  async ({ bench, node, parent }) => {
    await node.kill();
    await node.restart([node.endpoint, parent.endpoint]);
    const arrival = await parent.visit(1, bench.attachMs).catch(messageOf);
    return typeof arrival === 'string' ? deviation(bench.strict, `known defect: ${arrival}`) : passed();
  },
);

const cbor = transientCheck(
  'transient.cbor',
  'Where the parent selects repram.tree.1 it speaks CBOR: hello, put, and what comes down',
  async (attached) => {
    const { arena, bench, node, parent, visit } = attached;
    if (!visit.offered.includes(CBOR_SUBPROTOCOL)) return deviation(bench.strict, 'it does not offer repram.tree.1');
    expectHello(attached);
    expectEqual(visit.hello.isBinary, true, 'whether the hello is binary');
    const { answering, message } = await writeUp(attached, 'cbor');
    expectEqual(message?.data, Buffer.from('cbor').toString('base64'), 'data');
    expectEqual((await answering).status, 201, 'status');
    const key = arena.key('transient-cbor-down');
    visit.socket.send('put', parent.message('PUT', key, { key, data: 'AP+AAQ==', ttl: 600 }));
    await arena.untilReadable([node], key, Buffer.from([0, 255, 128, 1]));
    return passed();
  },
  { form: 'cbor', selects: CBOR_SUBPROTOCOL },
);

/** It signs what it says, and hears a parent that signs in this form. */
async function talkSigned(arena: Arena, kind: Kind, form: FrameForm): Promise<Verdict> {
  const selects = form === 'cbor' ? { selects: CBOR_SUBPROTOCOL } : {};
  return whenAttached(arena, kind, { form, secret: SECRET, ...selects }, async (attached) => {
    const { bench, node, parent, visit } = attached;
    if (form === 'cbor' && !visit.hello.isBinary) return deviation(bench.strict, 'it does not speak CBOR');
    const { answering } = await writeUp(attached, `signed-<${form}>`);
    expectEqual((await answering).status, 201, `status of a write under a parent that signs as ${form}`);
    const key = arena.key(`transient-signed-${form}`);
    visit.socket.send('put', parent.message('PUT', key, { key: `${key} <&>`, data: 'eA==', ttl: 600 }));
    await arena.untilReadable([node], `${key} <&>`, 'x');
    const found = new Deviations();
    for (const { type, signature } of visit.socket.frames.since(0)) {
      expect(signature?.sent === true || signature?.printed === true, `a ${type} frame without a valid signature`);
      found.unless(signature?.sent === true, `${type}: not over the bytes as sent`);
      found.unless(signature?.printed === true, `${type}: not over the printed payload`);
    }
    return found.verdict(bench.strict);
  });
}

function signed(form: FrameForm, parent: string): ReturnType<typeof checkOfEachKind> {
  return checkOfEachKind({
    id: `transient.signed-${form}`,
    title: `With a secret it signs every frame, for both kinds of reader, and takes what ${parent} signs`,
    reference: REFERENCE,
    run: (arena, kind) => talkSigned(arena, kind, form),
  });
}

const impostor = transientCheck(
  'transient.impostor',
  'It does not attach to a parent with another secret, and goes on to the next',
  async ({ arena, bench, node, parent }) => {
    const other = await bench.parent('impostor', 0, { secret: `${SECRET}x` });
    await node.kill();
    await node.restart([other.endpoint, parent.endpoint]);
    const arrival = await parent.visit(1, bench.attachMs).catch(messageOf);
    if (typeof arrival === 'string') return deviation(bench.strict, arrival);
    for (const { socket } of other.visits) {
      const key = arena.key('transient-impostor');
      socket.send('put', other.message('PUT', key, { key, data: 'eA==', ttl: 600 }));
    }
    await quiet(QUIET_MS);
    expectEqual((await node.client.get(arena.key('transient-impostor'))).status, 404, 'a write of the impostor');
    return passed();
  },
  { secret: SECRET },
);

const unknown = transientCheck(
  'transient.unknown-frames',
  'Frame types and fields it does not know are ignored, and a parent that sends garbage is left',
  async (attached) => {
    const { arena, bench, node, parent, visit } = attached;
    visit.socket.send('zz-unknown', { zz: [1, { deep: null }] });
    const key = arena.key('transient-unknown');
    visit.socket.send('put', { zz: [], ...parent.message('PUT', key, { key, data: 'eA==', ttl: 600 }) });
    await arena.untilReadable([node], key, 'x');
    expect(visit.socket.isOpen, 'it has left');
    visit.socket.sendRaw('{not json');
    const arrival = await parent.visit(1, bench.attachMs).catch(messageOf);
    await eventually('the node is healthy', { timeoutMs: bench.attachMs }, async () => {
      return (await node.client.isHealthy(node.id)) ? true : undefined;
    });
    return typeof arrival === 'string' ? deviation(bench.strict, `after garbage: ${arrival}`) : passed();
  },
);

export const transientsGroup: Group<Arena> = {
  title: 'Transients',
  checks: [
    hello,
    writes,
    noQuorum,
    takes,
    moves,
    redirected,
    cut,
    returns,
    notItself,
    unknown,
    cbor,
    signed('typescript', 'a TypeScript node'),
    signed('go', 'a Go node'),
    signed('cbor', 'a node of ours'),
    impostor,
  ],
};
