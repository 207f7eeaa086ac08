import { type Check, deviation, type Group, passed, skipped } from '../check.js';
import { expect, expectEqual, show } from '../expect.js';
import { parseNodeInfo, parseObject } from '../wire/message.js';
import type { Subject } from './subject.js';

const answer: Check<Subject> = {
  id: 'bootstrap.answer',
  title: 'Bootstrap answers with the nodes it knows, itself and the joiner included',
  reference: 'Bootstrap',
  level: 'required',
  async run(subject) {
    const joiner = await subject.peer('home');
    const given = await joiner.bootstrap(subject.url);
    if (given.status === 403 && subject.network === 'public') return skipped('public, not on the root list: 403');
    expectEqual(given.status, 200, 'status');
    const fields = parseObject(given.text);
    expectEqual(fields?.['success'], true, 'success');
    const listed = Array.isArray(fields?.['peers']) ? fields['peers'] : [];
    const peers = listed.map(parseNodeInfo).filter((info) => info !== undefined);
    const self = peers.find((info) => info.id === subject.nodeId);
    expect(self !== undefined, `the answerer is missing: ${show(listed)}`);
    expectEqual(self.enclave ?? 'default', subject.enclave, 'enclave of the answerer');
    const own = peers.find((info) => info.id === joiner.id);
    expect(own !== undefined, `the joiner is missing: ${show(listed)}`);
    expectEqual(own.address, joiner.info.address, 'address of the joiner');
    expectEqual(own.http_port, joiner.info.http_port, 'http_port of the joiner');
    expectEqual(own.port, joiner.info.port, 'port of the joiner');
    return passed(`${peers.length} nodes`);
  },
};

const defaultEnclave: Check<Subject> = {
  id: 'bootstrap.default-enclave',
  title: 'A joiner that names no enclave is in "default"',
  reference: 'Bootstrap',
  level: 'required',
  async run(subject) {
    const joiner = await subject.open('no-enclave', 'default');
    const { id, address, port, http_port } = joiner.info;
    const request = { node_id: id, address, gossip_port: port, http_port };
    const given = await joiner.post(subject.url, '/v1/bootstrap', JSON.stringify(request));
    if (given.status === 403 && subject.network === 'public') return skipped('public, not on the root list: 403');
    expectEqual(given.status, 200, 'status');
    await subject.untilListed(id);
    const listed = (await subject.topology()).find((peer) => peer.id === id);
    expectEqual(listed?.enclave, 'default', 'enclave');
    return passed();
  },
};

const again: Check<Subject> = {
  id: 'bootstrap.again',
  title: 'Joining twice under one id leaves one entry',
  reference: 'Bootstrap',
  level: 'required',
  async run(subject) {
    const joiner = await subject.peer('home');
    await subject.join(joiner);
    await subject.join(joiner);
    const entries = (await subject.topology()).filter((peer) => peer.id === joiner.id);
    expectEqual(entries.length, 1, 'entries');
    return passed();
  },
};

const announced: Check<Subject> = {
  id: 'bootstrap.announced',
  title: 'A joiner is made known to the other peers by a hearsay SYNC',
  reference: 'Bootstrap',
  level: 'required',
  async run(subject) {
    const witness = await subject.peer('home');
    const mark = witness.inbox.mark();
    const joiner = await subject.peer('announced', 'elsewhere');
    const isHearsay = (from: string, id: string | undefined): boolean => from === subject.nodeId && id === joiner.id;
    try {
      await witness.inbox.waitFor('a hearsay SYNC', mark, subject.timing.answerMs, (message) => {
        return message.type === 'SYNC' && isHearsay(message.from, message.node_info?.id);
      });
    } catch {
      return deviation(subject.strict, `not within ${subject.timing.answerMs} ms, as the TypeScript node`);
    }
    return passed();
  },
};

export const joiningGroup: Group<Subject> = {
  title: 'Joining',
  checks: [answer, defaultEnclave, again, announced],
};
