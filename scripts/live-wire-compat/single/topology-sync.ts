import { type Check, deviation, type Group, passed } from '../check.js';
import { expect, expectEqual, show } from '../expect.js';
import type { Recorder } from '../recorder/recorder.js';
import { quiet } from '../wait.js';
import type { WireMessage } from '../wire/message.js';
import type { Subject } from './subject.js';

/** SYNCs about itself that a node may send a new peer: one in answer, and one of its own accord. */
const ALLOWED_SELF_SYNCS = 2;
const MAX_STORM_ROUNDS = 25;

function isSelfSync(subject: Subject): (message: WireMessage) => boolean {
  return (message) =>
    message.type === 'SYNC' && message.from === subject.nodeId && message.node_info?.id === subject.nodeId;
}

const introduces: Check<Subject> = {
  id: 'sync.introduces',
  title: 'A SYNC that says "this is me" makes its sender a member',
  reference: 'Messages: SYNC',
  level: 'required',
  async run(subject) {
    const newcomer = await subject.open('by-sync', 'elsewhere');
    const message = newcomer.message('SYNC', { node_info: newcomer.info });
    expectEqual((await newcomer.deliver(subject.url, message)).status, 200, 'status');
    await subject.untilListed(newcomer.id);
    const listed = (await subject.topology()).find((peer) => peer.id === newcomer.id);
    expectEqual(listed?.http_port, newcomer.info.http_port, 'http_port');
    expectEqual(listed?.enclave, 'elsewhere', 'enclave');
    return passed();
  },
};

const answered: Check<Subject> = {
  id: 'sync.answered',
  title: 'It is answered with one SYNC for each node known, the answerer included',
  reference: 'Messages: SYNC',
  level: 'required',
  async run(subject) {
    await subject.peer('home');
    const asker = await subject.peer('asker', 'elsewhere');
    const before = await subject.topology();
    const mark = asker.inbox.mark();
    await asker.deliver(subject.url, asker.message('SYNC', { node_info: asker.info }));
    await asker.inbox.waitFor('the SYNC of the answerer', mark, subject.timing.answerMs, isSelfSync(subject));
    await quiet(subject.timing.quietMs);
    const after = new Set((await subject.topology()).map((peer) => peer.id));
    const told = asker.inbox
      .messagesSince(mark, (message) => message.type === 'SYNC' && message.from === subject.nodeId)
      .map((message) => message.node_info?.id);
    for (const { id } of before.filter((peer) => peer.id !== asker.id && after.has(peer.id))) {
      expect(told.includes(id), `nothing about ${id}, which is in /v1/topology`);
    }
    const twice = told.filter((id, index) => told.indexOf(id) !== index);
    expect(twice.length === 0, `more than one SYNC about ${show(twice)}`);
    return passed(`${told.length} SYNCs`);
  },
};

/** As a node in the field does: answers "this is me" with "this is me". */
async function echoSyncs(subject: Subject, echo: Recorder): Promise<number> {
  const isSelf = isSelfSync(subject);
  let rounds = 0;
  echo.conduct.onMessage = (message) => {
    if (!isSelf(message) || rounds >= MAX_STORM_ROUNDS) return;
    rounds += 1;
    echo.deliver(subject.url, echo.message('SYNC', { node_info: echo.info })).catch(() => undefined);
  };
  const mark = echo.inbox.mark();
  await echo.deliver(subject.url, echo.message('SYNC', { node_info: echo.info }));
  await quiet(subject.timing.quietMs * 2);
  echo.conduct.onMessage = () => undefined;
  return echo.inbox.messagesSince(mark, isSelf).length;
}

const storm: Check<Subject> = {
  id: 'sync.storm',
  title: 'A peer that answers every SYNC with its own is answered once an interval (the storm trap)',
  reference: 'Messages: SYNC, trap',
  level: 'required',
  async run(subject) {
    const echo = await subject.peer('echo', 'elsewhere');
    const syncs = await echoSyncs(subject, echo);
    expect(syncs >= 1, 'the first SYNC is not answered');
    if (syncs <= ALLOWED_SELF_SYNCS) return passed(`${syncs} answers`, { answers: syncs });
    return deviation(subject.strict, `known defect: ${syncs} answers in ${subject.timing.quietMs * 2} ms`, {
      answers: syncs,
    });
  },
};

async function tellsOf(subject: Subject, teller: Recorder, name: string): Promise<number> {
  const other = await subject.open(name, 'elsewhere');
  const mark = teller.inbox.mark();
  const message = teller.message('SYNC', { node_info: other.info });
  expectEqual((await teller.deliver(subject.url, message)).status, 200, 'status');
  await subject.untilListed(other.id);
  await quiet(subject.timing.quietMs);
  return teller.inbox.messagesSince(mark, isSelfSync(subject)).length;
}

const hearsay: Check<Subject> = {
  id: 'sync.hearsay',
  title: 'A SYNC about somebody else makes that node a member and is not answered',
  reference: 'Messages: SYNC',
  level: 'required',
  async run(subject) {
    const teller = await subject.peer('teller', 'elsewhere');
    // A node may start a SYNC of its own at any moment: an answer is what comes both times.
    const first = await tellsOf(subject, teller, 'hearsay-1');
    const second = first === 0 ? 0 : await tellsOf(subject, teller, 'hearsay-2');
    expect(first === 0 || second === 0, 'hearsay was answered');
    return passed();
  },
};

const ownHearsay: Check<Subject> = {
  id: 'sync.about-the-node',
  title: 'A SYNC about the node itself does not make it its own peer',
  reference: 'Messages: SYNC',
  level: 'required',
  async run(subject) {
    const home = await subject.peer('home');
    const info = { ...home.info, id: subject.nodeId };
    await home.deliver(subject.url, home.message('SYNC', { node_info: info }));
    expect(!(await subject.lists(subject.nodeId)), 'the node lists itself');
    expectEqual((await subject.json('/v1/health'))['node_id'], subject.nodeId, 'node_id');
    return passed();
  },
};

export const topologySyncGroup: Group<Subject> = {
  title: 'Topology',
  checks: [introduces, answered, storm, hearsay, ownHearsay],
};
