import { type Check, Deviations, type Group } from '../check.js';
import { expect, show } from '../expect.js';
import { rawExchange, statusOf } from '../http/raw.js';
import { signatureHeaders } from '../wire/signature.js';
import { HOSTILE_BOOTSTRAPS, HOSTILE_MESSAGES, HOSTILE_TARGETS, hostileRequests } from './hostile-inputs.js';
import type { Subject } from './subject.js';

interface Probe {
  readonly name: string;
  /** Undefined where the connection ended without an answer. */
  readonly status: number | undefined;
}

/** Every input gets an answer below 500, and the node lives on after each. */
async function judge(subject: Subject, probes: AsyncIterable<Probe>): Promise<ReturnType<Deviations['verdict']>> {
  const found = new Deviations();
  let count = 0;
  for await (const { name, status } of probes) {
    count += 1;
    expect(await subject.isAlive(), `the node does not answer any more after ${name}`);
    found.unless(status === undefined || status < 500, `${name}: ${status}`);
  }
  return found.verdict(subject.strict, `${count} inputs`, { inputs: count });
}

async function* posts(
  subject: Subject,
  path: string,
  bodies: readonly (readonly [string, string])[],
): AsyncIterable<Probe> {
  for (const [name, body] of bodies) {
    const headers = { 'Content-Type': 'application/json', ...signatureHeaders(subject.secret, body) };
    try {
      yield { name, status: (await subject.request({ method: 'POST', path, headers, body })).status };
    } catch {
      yield { name, status: undefined };
    }
  }
}

async function* targets(subject: Subject): AsyncIterable<Probe> {
  for (const path of HOSTILE_TARGETS) {
    for (const method of ['GET', 'PUT']) {
      const request = `${method} ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx`;
      yield {
        name: `${method} ${show(path)}`,
        status: statusOf(await rawExchange(subject.url, request, subject.timing.quietMs)),
      };
    }
  }
}

async function* sockets(subject: Subject): AsyncIterable<Probe> {
  for (const [name, bytes] of hostileRequests()) {
    yield { name, status: statusOf(await rawExchange(subject.url, bytes, subject.timing.quietMs)) };
  }
}

const messages: Check<Subject> = {
  id: 'hostile.messages',
  title: 'No gossip message ends the node or is answered 5xx',
  reference: 'Transport',
  level: 'required',
  run: (subject) => judge(subject, posts(subject, '/v1/gossip/message', HOSTILE_MESSAGES)),
};

const bootstraps: Check<Subject> = {
  id: 'hostile.bootstraps',
  title: 'No bootstrap request ends the node or is answered 5xx',
  reference: 'Bootstrap',
  level: 'required',
  run: (subject) => judge(subject, posts(subject, '/v1/bootstrap', HOSTILE_BOOTSTRAPS)),
};

const refused: Check<Subject> = {
  id: 'hostile.bootstrap-refused',
  title: 'A bootstrap request that is no object, or names no node, is 400',
  reference: 'recorded: bootstrap []',
  level: 'required',
  async run(subject) {
    const found = new Deviations();
    for await (const { name, status } of posts(subject, '/v1/bootstrap', [
      ['[]', '[]'],
      ['{}', '{}'],
      ['null', 'null'],
    ])) {
      found.unless(status === 400, `${name}: ${status}`);
    }
    return found.verdict(subject.strict);
  },
};

const ghosts: Check<Subject> = {
  id: 'hostile.ghosts',
  title: 'Malformed nodes have not become members',
  reference: 'Bootstrap',
  level: 'required',
  async run(subject) {
    const peers = await subject.topology();
    const ghost = peers.find(
      ({ id, http_port: port }) => id === '' || !Number.isInteger(port) || port < 1 || port > 65_535,
    );
    const found = new Deviations();
    found.unless(ghost === undefined, `listed: ${show(ghost)}`);
    return found.verdict(subject.strict);
  },
};

const rawTargets: Check<Subject> = {
  id: 'hostile.targets',
  title: 'No request target ends the node or is answered 5xx',
  reference: 'Client API',
  level: 'required',
  run: (subject) => judge(subject, targets(subject)),
};

const rawSockets: Check<Subject> = {
  id: 'hostile.sockets',
  title: 'No bytes on a socket end the node or are answered 5xx',
  reference: 'Transport',
  level: 'required',
  run: (subject) => judge(subject, sockets(subject)),
};

export const hostileGroup: Group<Subject> = {
  title: 'Hostile input',
  checks: [messages, bootstraps, refused, ghosts, rawTargets, rawSockets],
};
