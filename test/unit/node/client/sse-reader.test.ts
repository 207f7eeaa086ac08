import { describe, expect, test } from 'vitest';
import { readSse, type SseFrame } from '../../../../src/node/client/sse-reader.js';

async function read(chunks: readonly (string | Uint8Array)[], maxChars = 100): Promise<SseFrame[]> {
  const frames: SseFrame[] = [];
  const body = (async function* () {
    for (const chunk of chunks) yield Buffer.from(chunk);
  })();
  for await (const frame of readSse(body, maxChars)) frames.push(frame);
  return frames;
}

describe('readSse', () => {
  test.each(['\n', '\r', '\r\n'])('reads lines that end with %j, however the stream is cut', async (end) => {
    const text = [': comment', 'id: 7', 'event: joined', 'data: a', 'data:b', '', 'data: ü', '', ''].join(end);
    const expected = [
      { event: 'joined', data: 'a\nb' },
      { event: 'message', data: 'ü' },
    ];
    expect(await read([`${text}x`])).toEqual(expected);
    expect(await read([...Buffer.from(`${text}x`)].map((byte) => Uint8Array.of(byte)))).toEqual(expected);
  });

  test('gives no event for comments, for an id alone, nor for one that was not finished', async () => {
    expect(await read([': heartbeat\n\n', 'retry: 2000\n\n', 'id: 1\n\n', 'data: half\n'])).toEqual([]);
  });

  test.each([
    [['x'.repeat(101)], 'one line'],
    [Array.from({ length: 60 }, () => 'data: 1\n'), 'many lines'],
  ])('an event without an end does not fill the memory: %#', async (chunks) => {
    await expect(read(chunks)).rejects.toThrow('longer than 100 bytes');
  });
});
