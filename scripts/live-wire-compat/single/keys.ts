import { type Check, Deviations, deviation, type Group, passed } from '../check.js';
import { expect, expectEqual, show } from '../expect.js';
import { isObject } from '../wire/message.js';
import type { Subject } from './subject.js';

const ODD_NAMES = [
  'one two',
  'per%cent',
  '100%25',
  'plus+plus',
  'quest?ion',
  'ha#sh',
  'ümlaut-日本-🙂',
  'a&b=c',
  '"quoted"',
];

const odd: Check<Subject> = {
  id: 'keys.odd-names',
  title: 'Keys with spaces, percent signs and UTF-8 are stored and listed under their decoded name',
  reference: 'Client API: PUT',
  level: 'required',
  async run(subject) {
    for (const name of ODD_NAMES) {
      const key = subject.key(`odd-${name}`);
      await subject.store(key, name);
      const answer = await subject.read(key);
      expectEqual(answer.status, 200, `GET ${show(key)}`);
      expectEqual(answer.text, name, show(key));
    }
    const { keys } = await subject.json(`/v1/keys?prefix=${encodeURIComponent(subject.key('odd-'))}`);
    const listed = Array.isArray(keys) ? keys : [];
    for (const name of ODD_NAMES) expect(listed.includes(subject.key(`odd-${name}`)), `${show(name)} not listed`);
    return passed();
  },
};

const slash: Check<Subject> = {
  id: 'keys.slash',
  title: 'A key may hold slashes, written plainly or escaped',
  reference: 'Client API: key with /',
  level: 'required',
  async run(subject) {
    const found = new Deviations();
    const escaped = subject.key('slash/escaped');
    const plain = subject.key('slash/plain');
    const byEscape = await subject.put(escaped, 'escaped');
    const byPath = await subject.request({ method: 'PUT', path: `/v1/data/${plain}`, body: 'plain' });
    found.unless(byEscape.status < 300, `%2F: PUT ${byEscape.status}`);
    found.unless(byPath.status < 300, `plain: PUT ${byPath.status}, as the Go node`);
    if (byEscape.status < 300) expectEqual((await subject.read(escaped)).text, 'escaped', '%2F');
    if (byPath.status < 300) expectEqual((await subject.get(`/v1/data/${plain}`)).text, 'plain', 'plain');
    return found.verdict(subject.strict);
  },
};

const dots: Check<Subject> = {
  id: 'keys.dots',
  title: 'Dot segments in a key are part of the key',
  reference: 'Client API: key with /',
  level: 'required',
  async run(subject) {
    const key = subject.key('dots/../up');
    const put = await subject.request({ method: 'PUT', path: `/v1/data/${key}`, body: 'dots' });
    if (put.status >= 300) return deviation(subject.strict, `PUT ${put.status}`);
    const { keys } = await subject.json(`/v1/keys?prefix=${encodeURIComponent(subject.key('dots'))}`);
    if (!Array.isArray(keys) || !keys.includes(key)) return deviation(subject.strict, `listed as ${show(keys)}`);
    return passed();
  },
};

const listing: Check<Subject> = {
  id: 'listing.shape',
  title: '/v1/keys lists what was written, and a prefix narrows it',
  reference: 'Client API: /v1/keys',
  level: 'required',
  async run(subject) {
    for (const name of ['list-b', 'list-a', 'list-c', 'other-a']) await subject.store(subject.key(name), 'x');
    const page = await subject.json(`/v1/keys?prefix=${subject.key('list-')}`);
    const expected = ['list-a', 'list-b', 'list-c'].map((name) => subject.key(name));
    expectEqual(JSON.stringify(page['keys']), JSON.stringify(expected), 'keys');
    expectEqual(typeof page['next_cursor'], 'undefined', 'type of next_cursor without a limit');
    const all = await subject.json('/v1/keys');
    expect(Array.isArray(all['keys']) && all['keys'].includes(subject.key('other-a')), 'not listed without a prefix');
    const none = await subject.json(`/v1/keys?prefix=${subject.key('nothing-has-this')}`);
    expectEqual(JSON.stringify(none['keys']), '[]', 'keys of an empty listing');
    return passed();
  },
};

const paging: Check<Subject> = {
  id: 'listing.pages',
  title: 'limit and cursor give every key once, in order, and the last page has no cursor',
  reference: 'Client API: /v1/keys',
  level: 'required',
  async run(subject) {
    const expected = ['page-1', 'page-2', 'page-3', 'page-4', 'page-5'].map((name) => subject.key(name));
    for (const key of [...expected].reverse()) await subject.store(key, 'x');
    const seen: string[] = [];
    const base = `/v1/keys?prefix=${subject.key('page-')}&limit=2`;
    let cursor: unknown;
    for (let page = 0; page < 5; page += 1) {
      const path: string = typeof cursor === 'string' ? `${base}&cursor=${encodeURIComponent(cursor)}` : base;
      const fields = await subject.json(path);
      const keys = Array.isArray(fields['keys']) ? fields['keys'].map(String) : [];
      expect(keys.length <= 2, `a page of ${keys.length} with limit 2`);
      seen.push(...keys);
      cursor = fields['next_cursor'];
      if (cursor === undefined || cursor === '') break;
      expectEqual(cursor, keys.at(-1), 'next_cursor');
    }
    expectEqual(JSON.stringify(seen), JSON.stringify(expected), 'pages joined');
    expect(cursor === undefined || cursor === '', 'the last page has a cursor');
    return passed();
  },
};

const exactPage: Check<Subject> = {
  id: 'listing.exact-page',
  title: 'Whether a last page that is just full carries a cursor',
  reference: 'Client API: /v1/keys',
  level: 'info',
  async run(subject) {
    for (const name of ['exact-1', 'exact-2']) await subject.store(subject.key(name), 'x');
    const page = await subject.json(`/v1/keys?prefix=${subject.key('exact-')}&limit=2`);
    return passed(page['next_cursor'] === undefined ? 'no cursor' : 'a cursor');
  },
};

const cursorBetween: Check<Subject> = {
  id: 'listing.cursor-between',
  title: 'A cursor that is no key (any more) goes on behind where it would be',
  reference: 'Client API: /v1/keys',
  level: 'required',
  async run(subject) {
    for (const name of ['between-a', 'between-c']) await subject.store(subject.key(name), 'x');
    const cursor = subject.key('between-b');
    const page = await subject.json(`/v1/keys?prefix=${subject.key('between-')}&limit=10&cursor=${cursor}`);
    expectEqual(JSON.stringify(page['keys']), JSON.stringify([subject.key('between-c')]), 'keys');
    return passed();
  },
};

const noLimit: Check<Subject> = {
  id: 'listing.limit-garbage',
  title: 'A limit that is no positive integer is no limit',
  reference: 'Client API: /v1/keys',
  level: 'required',
  async run(subject) {
    for (const name of ['lim-1', 'lim-2', 'lim-3']) await subject.store(subject.key(name), 'x');
    const found = new Deviations();
    for (const limit of ['abc', '0', '-1', '', '1.5', '2x']) {
      const fields = await subject.json(`/v1/keys?prefix=${subject.key('lim-')}&limit=${limit}`);
      const count = Array.isArray(fields['keys']) ? fields['keys'].length : -1;
      if (limit === 'abc') expectEqual(count, 3, 'keys with limit=abc');
      found.unless(count === 3, `limit=${limit} gave ${count} of 3`);
    }
    return found.verdict(subject.strict);
  },
};

const bytewise: Check<Subject> = {
  id: 'listing.bytewise',
  title: 'Keys are sorted by the bytes of their UTF-8, not by UTF-16 units or by locale',
  reference: 'Client API: /v1/keys',
  level: 'required',
  async run(subject) {
    const names = ['B', 'a', 'z', 'ä', '\uff61', '\u{10000}'];
    for (const name of names) await subject.store(subject.key(`sort-${name}`), 'x');
    const fields: unknown = await subject.json(`/v1/keys?prefix=${subject.key('sort-')}`);
    const keys = isObject(fields) && Array.isArray(fields['keys']) ? fields['keys'].map(String) : [];
    const basic = keys.filter((key) => /-[Baz]$/.test(key)).map((key) => key.at(-1));
    expectEqual(basic.join(''), 'Baz', 'order of B, a, z');
    const expected = names.map((name) => subject.key(`sort-${name}`));
    if (JSON.stringify(keys) === JSON.stringify(expected)) return passed();
    return deviation(subject.strict, `listed as ${show(keys.map((key) => key.slice(subject.key('sort-').length)))}`);
  },
};

export const keysGroup: Group<Subject> = {
  title: 'Keys and listings',
  checks: [odd, slash, dots, listing, paging, exactPage, cursorBetween, noLimit, bytewise],
};
