import { BodyTooLong } from './http.js';

/** One event of a stream, as far as this client reads it. */
export interface SseFrame {
  readonly event: string;
  readonly data: string;
}

const LINE_END = /\r\n|\n|\r/;

/** Lines as they come in; of the last one the part that is there. */
async function* linesOf(chunks: AsyncIterable<Uint8Array>, maxChars: number): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    rest += decoder.decode(chunk, { stream: true });
    // A CR at the end may be half of a line end.
    const held = rest.endsWith('\r') ? '\r' : '';
    const lines = rest.slice(0, rest.length - held.length).split(LINE_END);
    rest = (lines.pop() ?? '') + held;
    yield* lines;
    if (rest.length > maxChars) throw new BodyTooLong(maxChars);
  }
}

interface Draft {
  event: string;
  readonly data: string[];
  chars: number;
}

/** Takes in one line of an event. Comments and fields that this client does not use are ignored. */
function take(draft: Draft, line: string): void {
  const colon = line.indexOf(':');
  const field = colon < 0 ? line : line.slice(0, colon);
  const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
  if (field === 'event') draft.event = value;
  if (field !== 'data') return;
  draft.data.push(value);
  draft.chars += value.length + 1;
}

/**
 * Server-sent events (HTML Living Standard, section 9.2.6). An event that is not finished when the stream ends is
 * dropped, as the standard has it.
 *
 * @throws BodyTooLong where an event is longer than `maxChars`
 */
export async function* readSse(chunks: AsyncIterable<Uint8Array>, maxChars: number): AsyncGenerator<SseFrame> {
  let draft: Draft = { event: '', data: [], chars: 0 };
  for await (const line of linesOf(chunks, maxChars)) {
    if (line !== '') {
      take(draft, line);
      if (draft.chars > maxChars) throw new BodyTooLong(maxChars);
      continue;
    }
    if (draft.data.length > 0) yield { event: draft.event || 'message', data: draft.data.join('\n') };
    draft = { event: '', data: [], chars: 0 };
  }
}
