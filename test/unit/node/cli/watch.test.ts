import { describe, expect, test } from 'vitest';
import type { HttpStream } from '../../../../src/node/client/http.js';
import type { StreamEvent } from '../../../../src/node/events/node-event.js';
import { formatEvent } from '../../../../src/node/http/sse.js';
import { FakeWorld, run } from './harness.js';

const at = '2026-01-01T00:00:00.000Z';
const member = { id: 'b', address: '::1', http_port: 81, enclave: 'e', state: 'dead' };
const hello = (id: number): StreamEvent => ({ id, at, kind: 'hello', node_id: 'a', members: [member] });
const evicted = (id: number): StreamEvent => ({ id, at, kind: 'evicted', member, cause: '3 failed probes' });

type Act = () => void;

/** A node whose n-th stream says what the n-th list says, and then ends. After the last one `then` happens. */
function saying(streams: readonly (readonly StreamEvent[])[], then: Act): () => HttpStream {
  let next = 0;
  return () => {
    const events = streams[next++] ?? [];
    const isLast = next >= streams.length;
    return {
      status: 200,
      body: (async function* () {
        for (const event of events) yield formatEvent(event);
        if (isLast) then();
      })(),
    };
  };
}

/** Watches a node until it has said everything, and Ctrl-C is pressed. */
async function watch(streams: readonly (readonly StreamEvent[])[], tty: boolean, ...flags: readonly string[]) {
  const world: FakeWorld = new FakeWorld({ tty, stream: saying(streams, () => world.signal('SIGINT')) });
  return world.run('watch', ...flags);
}

const failing = (code: string) => () => Promise.reject(Object.assign(new Error(`connect ${code}`), { code }));
const answering = (status: number, text: string) => () => ({
  status,
  body: (async function* () {
    yield Buffer.from(text);
  })(),
});

describe('watch', () => {
  test('prints a line an event on a terminal, in which the network cannot steer the terminal', async () => {
    const strange: StreamEvent = { id: 3, at, kind: 'left', member: { ...member, id: 'x\u001b[2J' } };
    const recovery: StreamEvent = { id: 4, at, kind: 'recovery-ended', outcome: 'alone' };
    const { stdout, code } = await watch([[hello(1), evicted(2), strange, recovery]], true);
    expect(stdout.split('\n')).toEqual([
      '2026-01-01T00:00:00.000Z  hello             a                                            1 member',
      '2026-01-01T00:00:00.000Z  evicted           b                     [::1]:81               3 failed probes',
      '2026-01-01T00:00:00.000Z  left              x\\x1b[2J              [::1]:81',
      '2026-01-01T00:00:00.000Z  recovery-ended                                                 alone',
      '',
    ]);
    expect(code).toBe(0);
  });

  test.each([
    [false, []],
    [true, ['--json']],
  ] as const)('prints events exactly, as JSON lines, on a terminal (%j) with %j', async (tty, flags) => {
    const { stdout, code } = await watch([[hello(1), evicted(2)]], tty, ...flags);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([hello(1), evicted(2)]);
    expect(code).toBe(0);
  });

  test('goes on after the last event it saw when the stream ends, and says so once', async () => {
    const ran = await watch([[hello(1), evicted(2)], [], [hello(2)]], false, '--kinds', 'evicted,left');
    expect(ran.streamCalls.map(({ path }) => path)).toEqual([
      '/v1/events?kinds=evicted%2Cleft',
      '/v1/events?kinds=evicted%2Cleft&since=2',
      '/v1/events?kinds=evicted%2Cleft&since=2',
    ]);
    expect(ran.stderr).toBe('repram-node: trying again: http://localhost:8080 ended the stream\n');
    const [first = 0, second = 0] = ran.pauses;
    expect(first).toBeGreaterThanOrEqual(250);
    expect(second).toBeGreaterThanOrEqual(500);
  });

  test.each([failing('ECONNREFUSED'), answering(503, 'Shutting down'), answering(429, 'Rate limit exceeded')])(
    'stays, once it had a stream, while the node is away: %#',
    async (away) => {
      let calls = 0;
      const world: FakeWorld = new FakeWorld({
        stream: () => {
          if (++calls === 2) return away();
          return saying([[hello(calls)]], () => (calls === 3 ? world.signal('SIGTERM') : undefined))();
        },
      });
      expect((await world.run('watch')).code).toBe(0);
      expect(world.streamCalls).toHaveLength(3);
    },
  );

  test.each([
    [failing('ECONNREFUSED'), 'cannot reach http://localhost:8080: connection refused'],
    [answering(404, 'Not found'), 'http://localhost:8080 answered 404: Not found'],
    [answering(503, 'Too many readers of events'), 'answered 503: Too many readers of events'],
    [answering(200, 'event: joined\ndata: {"kind":"joined"}\n\n'), 'does not answer /v1/events as a REPRAM node does'],
  ])('ends with 1 where the first stream fails: %#', async (stream, message) => {
    const ran = await run({ stream }, 'watch');
    expect(ran).toMatchObject({ code: 1, stdout: '', pauses: [] });
    expect(ran.stderr).toContain(message);
  });

  test('does not come back to a node that refuses what is asked', async () => {
    let calls = 0;
    const stream = () => (++calls === 1 ? saying([[hello(1)]], () => undefined)() : answering(404, 'Not found')());
    expect(await run({ stream }, 'watch')).toMatchObject({ code: 1 });
  });

  test('ends when nobody reads any more', async () => {
    const stream = saying([[hello(1), evicted(2), evicted(3)]], () => undefined);
    const ran = await run({ stream, closesStdout: true }, 'watch');
    expect(ran.code).toBe(0);
    expect(ran.stdout.trimEnd().split('\n')).toHaveLength(1);
  });

  test('leaves out kinds that only a later version knows', async () => {
    const later = { ...evicted(2), kind: 'teleported' } as unknown as StreamEvent;
    const { stdout } = await watch([[hello(1), later, evicted(3)]], false);
    expect(stdout).not.toContain('teleported');
    expect(stdout.trimEnd().split('\n')).toHaveLength(2);
  });
});
