import { type HostileInput, requestBytes } from './input.js';

const MESSAGE = '/v1/gossip/message';
const MAX = Number.MAX_SAFE_INTEGER;
const nowMs = Date.now();

const info = {
  id: 'rumoured',
  address: '203.0.113.9',
  port: 9090,
  http_port: 8080,
  enclave: 'default',
  x: { incarnation: 1, instance: 'i' },
};

type Fields = Readonly<Record<string, unknown>>;

const post = (name: string, fields: Fields, expect: number): HostileInput => ({
  name,
  bytes: requestBytes('POST', MESSAGE, JSON.stringify({ from: 'peer', ...fields }), ['Content-Type: application/json']),
  expect,
});

const show = (value: unknown): string => (JSON.stringify(value) ?? 'left out').slice(0, 80);

/** The same news by every message that may carry it. */
const carried = (news: unknown, expect: number): HostileInput[] => [
  post(`NEWS with news ${show(news)}`, { type: 'NEWS', x: { news } }, expect),
  post(`PING with news ${show(news)}`, { type: 'PING', x: { news } }, expect),
  post(`PONG with news ${show(news)}`, { type: 'PONG', x: { news } }, expect),
  post(`SYNC with news ${show(news)}`, { type: 'SYNC', node_info: { ...info, id: 'peer' }, x: { news } }, expect),
];

/** Claims about `id`, all of them as strong as can be. */
const against = (id: string): readonly Fields[] => [
  { k: 'suspect', id, inc: MAX, by: 'peer', silent: MAX },
  { k: 'dead', id, inc: MAX, by: 'peer', silent: MAX },
  { k: 'dead', id, inc: 0, by: 'another', silent: 0 },
  { k: 'heard', id, inc: MAX, silent: 0 },
  { k: 'left', id, inc: MAX },
  { k: 'alive', n: { ...info, id, x: { incarnation: MAX, instance: 'i' } } },
];

const manyDead = Array.from({ length: 600 }, (_, n) => ({ k: 'dead', id: `d${n}`, inc: 1, by: `b${n}`, silent: 1 }));
const manyRemoved = Array.from({ length: 64 }, (_, n) => ({
  k: 'removed',
  id: `r${n}`,
  inc: MAX,
  at: 0,
  until: nowMs + 1000,
  by: 'peer',
}));

const NEWS: readonly HostileInput[] = [
  ...[1, 'x', true, {}, { 0: {} }].flatMap((news) => carried(news, 400)),
  ...[null, [], [null], [[]], [[[]]], [1, 'x', true], [{}], [{ k: 'rumour' }], [{ k: '__proto__' }]].flatMap((news) =>
    carried(news, 200),
  ),
  ...['under-attack', 'nobody', '__proto__', 'constructor'].flatMap((id) => carried(against(id), 200)),
  ...carried([{ k: 'suspect', id: 'i'.repeat(257), inc: 1, by: 'b', silent: 1 }], 200),
  ...carried([{ k: 'dead', id: 'n', inc: -1, by: 'b', silent: 1e300 }], 200),
  ...carried([{ k: 'removed', id: 'nobody', inc: 1, at: nowMs, until: 253_402_300_799_999, by: 'peer' }], 200),
  ...carried([{ k: 'removed', id: 'nobody', inc: 1, at: MAX, until: 0, by: 'peer' }], 200),
  ...carried([{ k: 'removed', id: 'under-attack', inc: 1, at: nowMs, until: nowMs + 60_000, by: 'peer' }], 200),
  ...carried([{ k: 'alive', n: { ...info, address: '169.254.169.254', http_port: 80 } }], 200),
  ...carried(manyDead, 200),
  ...carried(manyRemoved, 200),
  ...carried(Array(10_000).fill(0), 400),
  ...[undefined, null, 1, 'x', []].map((x) => post(`NEWS with x ${show(x)}`, { type: 'NEWS', x }, 400)),
  ...[-1, 1.5, '1', {}, 1e300].map((accused) =>
    post(`PING with accused ${show(accused)}`, { type: 'PING', x: { accused } }, 400),
  ),
  ...[0, 1, MAX].map((accused) => post(`PING with accused ${accused}`, { type: 'PING', x: { accused } }, 200)),
];

const request = (fields: Fields, extension: Fields, expect: number): HostileInput =>
  post(
    `PINGREQ with ${show({ ...fields, ...extension })}`,
    { type: 'PINGREQ', message_id: 'q', to: 'rumoured', ...fields, x: { timeout_ms: 500, ...extension } },
    expect,
  );

const INDIRECT_PROBES: readonly HostileInput[] = [
  ...[undefined, null, '', 1, [], {}, 'i'.repeat(257)].map((to) => request({ to }, {}, 400)),
  ...[undefined, null, 1, 'x', []].map((x) => post(`PINGREQ with x ${show(x)}`, { type: 'PINGREQ', to: 'n', x }, 400)),
  ...[undefined, null, -1, 1.5, '500', 5001, 1e300].map((timeout) => request({}, { timeout_ms: timeout }, 400)),
  request({}, { news: {} }, 400),
  ...[0, 5000].map((timeout) => request({}, { timeout_ms: timeout }, 200)),
  request({ to: 'somebody-else' }, {}, 200),
  request({ to: 'under-attack' }, { node: { ...info, id: 'under-attack' } }, 200),
  request({ to: 'peer' }, { node: { ...info, id: 'peer' } }, 200),
  ...['127.0.0.1', '169.254.169.254', '0.0.0.0', '[::1]', 'metadata.invalid'].map((address) =>
    request({}, { node: { ...info, address } }, 200),
  ),
  ...[undefined, null, 1, []].map((x) => post(`PINGACK with x ${show(x)}`, { type: 'PINGACK', x }, 400)),
  ...[1, 'yes', {}].map((acked) => post(`PINGACK with acked ${show(acked)}`, { type: 'PINGACK', x: { acked } }, 400)),
  ...[true, false].map((acked) =>
    post(`PINGACK with acked ${acked} of no request`, { type: 'PINGACK', message_id: 'none', x: { acked } }, 200),
  ),
];

/** News of members, and indirect probes, as somebody might send them who means no good. */
export const NEWS_INPUTS: readonly HostileInput[] = [...NEWS, ...INDIRECT_PROBES];
