import type { FieldReader } from '../../gossip/wire/field-reader.js';
import type { JsonObject } from '../../gossip/wire/json.js';
import { MAX_REPLICA_BYTES } from '../../gossip/wire/limits.js';
import { ANSWER_STATUSES, type AnswerFrame, ASK_KINDS, type AskFrame } from '../frame.js';
import { type Fields, readFields } from './fields.js';

export function askFields({ id, kind, body }: AskFrame): Fields {
  return { id, kind, body };
}

export function answerFields({ id, status, body }: AnswerFrame): Fields {
  return { id, status, body: body.byteLength === 0 ? undefined : body };
}

export function readAsk(payload: JsonObject): AskFrame | undefined {
  return readFields(payload, (fields) => {
    const kind = readWord(fields, 'kind', ASK_KINDS);
    return kind && { type: 'ask', id: readId(fields), kind, body: readBody(fields) };
  });
}

export function readAnswer(payload: JsonObject): AnswerFrame | undefined {
  return readFields(payload, (fields) => {
    const status = readWord(fields, 'status', ANSWER_STATUSES);
    return status && { type: 'answer', id: readId(fields), status, body: readBody(fields) };
  });
}

function readId(fields: FieldReader): number {
  return fields.count('id', Number.MAX_SAFE_INTEGER);
}

function readBody(fields: FieldReader): Uint8Array {
  return fields.value('body', MAX_REPLICA_BYTES);
}

/** One of the words; `undefined` where it is none of them, or absent. */
function readWord<Word extends string>(fields: FieldReader, field: string, words: readonly Word[]): Word | undefined {
  return fields.parsed(field, (value) => words.find((word) => word === value));
}
