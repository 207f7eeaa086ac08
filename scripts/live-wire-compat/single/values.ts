import { type Check, type Group, noted, passed, skipped } from '../check.js';
import { expect, expectEqual, expectOneOf, show } from '../expect.js';
import type { Subject } from './subject.js';
import { dataPath } from './subject.js';

const MAX_VALUE_BYTES = 10 * 1024 * 1024;

const created: Check<Subject> = {
  id: 'values.put',
  title: 'PUT answers 201 `OK`, or 202 `Accepted (quorum pending)`',
  reference: 'Client API: PUT',
  level: 'required',
  async run(subject) {
    const answer = await subject.put(subject.key('put'), 'x');
    expectOneOf(answer.status, [201, 202], 'status');
    expectEqual(answer.text.trim(), answer.status === 201 ? 'OK' : 'Accepted (quorum pending)', 'body');
    expect(String(answer.headers['content-type']).startsWith('text/plain'), show(answer.headers['content-type']));
    return passed(String(answer.status));
  },
};

const read: Check<Subject> = {
  id: 'values.get',
  title: 'GET carries the bytes, octet-stream, Content-Length, X-Created-At, X-Original-TTL and X-Remaining-TTL',
  reference: 'Client API: GET',
  level: 'required',
  async run(subject) {
    const { min, max } = await subject.ttlBounds();
    const ttl = Math.min(Math.max(min, 600), max);
    const before = Date.now();
    await subject.store(subject.key('get'), 'héllo <wörld> & "quotes"', { 'X-TTL': String(ttl) });
    const answer = await subject.read(subject.key('get'));
    expectEqual(answer.status, 200, 'status');
    expectEqual(answer.text, 'héllo <wörld> & "quotes"', 'body');
    expectEqual(answer.headers['content-type'], 'application/octet-stream', 'Content-Type');
    expectEqual(answer.headers['content-length'], String(answer.body.length), 'Content-Length');
    expectEqual(answer.headers['x-original-ttl'], String(ttl), 'X-Original-TTL');
    const createdAt = String(answer.headers['x-created-at']);
    expect(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(createdAt), `X-Created-At: ${show(createdAt)}`);
    const skewMs = Math.abs(Date.parse(createdAt) - before);
    expect(skewMs < 300_000, `X-Created-At is ${Math.round(skewMs / 1000)} s off this machine's clock`);
    return passed();
  },
};

const remaining: Check<Subject> = {
  id: 'values.remaining-ttl',
  title: 'X-Remaining-TTL counts down in whole seconds, rounded down',
  reference: 'Client API: GET',
  level: 'required',
  async run(subject) {
    const { max } = await subject.ttlBounds();
    const key = subject.key('remaining');
    const before = performance.now();
    await subject.store(key, 'x', { 'X-TTL': String(max) });
    const stored = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const asked = performance.now();
    const answer = await subject.read(key);
    const left = Number(answer.headers['x-remaining-ttl']);
    const most = Math.floor(max - (asked - stored) / 1000);
    const least = Math.floor(max - (performance.now() - before) / 1000) - 1;
    expect(left <= most && left >= least, `after 1.1 s of ${max} s: expected ${least} to ${most}, got ${left}`);
    return passed();
  },
};

const head: Check<Subject> = {
  id: 'values.head',
  title: 'HEAD is GET without the body',
  reference: 'Client API: HEAD',
  level: 'required',
  async run(subject) {
    const key = subject.key('head');
    await subject.store(key, 'four');
    const got = await subject.read(key);
    const answer = await subject.request({ method: 'HEAD', path: dataPath(key) });
    expectEqual(answer.status, 200, 'status');
    expectEqual(answer.body.length, 0, 'bytes of body');
    for (const name of ['content-length', 'content-type', 'x-created-at', 'x-original-ttl'] as const) {
      expectEqual(answer.headers[name], String(got.headers[name]), name);
    }
    expect(answer.headers['x-remaining-ttl'] !== undefined, 'no X-Remaining-TTL');
    return passed();
  },
};

const missing: Check<Subject> = {
  id: 'values.missing',
  title: 'A key nobody wrote is 404 with an empty body, for GET and HEAD',
  reference: 'Client API: GET',
  level: 'required',
  async run(subject) {
    const path = dataPath(subject.key('never-written'));
    for (const method of ['GET', 'HEAD']) {
      const answer = await subject.request({ method, path });
      expectEqual(answer.status, 404, method);
      expectEqual(answer.body.length, 0, `bytes of body of ${method}`);
    }
    return passed();
  },
};

const binary: Check<Subject> = {
  id: 'values.binary',
  title: 'Every byte value comes back unchanged',
  reference: 'Client API: PUT',
  level: 'required',
  async run(subject) {
    const bytes = Buffer.from(Array.from({ length: 1024 }, (_, index) => index % 256));
    await subject.store(subject.key('binary'), bytes);
    const answer = await subject.read(subject.key('binary'));
    expect(answer.body.equals(bytes), `${answer.body.length} bytes came back changed`);
    return passed();
  },
};

const empty: Check<Subject> = {
  id: 'values.empty',
  title: 'An empty value is a value: 200 with Content-Length 0',
  reference: 'Client API: PUT',
  level: 'required',
  async run(subject) {
    await subject.store(subject.key('empty'), '');
    const answer = await subject.read(subject.key('empty'));
    expectEqual(answer.status, 200, 'status');
    expectEqual(answer.headers['content-length'], '0', 'Content-Length');
    expectEqual(answer.body.length, 0, 'bytes of body');
    return passed();
  },
};

const overwrite: Check<Subject> = {
  id: 'values.overwrite',
  title: 'The last of two writes to one node is what is read',
  reference: 'Client API: PUT',
  level: 'required',
  async run(subject) {
    const key = subject.key('overwrite');
    await subject.store(key, 'first');
    await subject.store(key, 'second');
    expectEqual((await subject.read(key)).text, 'second', 'value');
    return passed();
  },
};

const largest: Check<Subject> = {
  id: 'values.largest',
  title: 'A value of exactly 10 MiB is taken and comes back',
  reference: 'Client API: PUT',
  level: 'required',
  async run(subject) {
    const bytes = Buffer.alloc(MAX_VALUE_BYTES, 'repram');
    const { min } = await subject.ttlBounds();
    const answer = await subject.put(subject.key('largest'), bytes, { 'X-TTL': String(min) });
    if (answer.status === 507) return skipped('the node has not the room (507)');
    expectOneOf(answer.status, [201, 202], 'status');
    const got = await subject.read(subject.key('largest'));
    if (got.status === 404) return noted('expired before it could be read');
    expect(got.body.equals(bytes), `${got.body.length} bytes came back changed`);
    return passed(`${answer.status} in ${Math.round(answer.elapsedMs)} ms`);
  },
};

const tooLarge: Check<Subject> = {
  id: 'values.too-large',
  title: 'A value of more than 10 MiB is 413',
  reference: 'Client API: PUT',
  level: 'required',
  async run(subject) {
    const path = dataPath(subject.key('too-large'));
    const body = Buffer.alloc(MAX_VALUE_BYTES + 1, 'x');
    const answer = await subject.request({ method: 'PUT', path, body, holdBodyMs: 300, timeoutMs: 30_000 });
    expectEqual(answer.status, 413, 'status');
    expectEqual((await subject.get(path)).status, 404, 'GET afterwards');
    return passed();
  },
};

export const valuesGroup: Group<Subject> = {
  title: 'Values',
  checks: [created, read, remaining, head, missing, binary, empty, overwrite, largest, tooLarge],
};
