import { readFileSync } from 'node:fs';

/** One exchange with a node in the field. Which fields are set depends on `kind`; see the note in each file. */
export interface Recording {
  readonly impl: 'go' | 'ts';
  readonly kind: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status?: number;
  readonly body?: string;
  readonly request?: string;
  readonly response?: string;
  readonly frame?: string;
}

export interface RecordingFile {
  readonly secret: string;
  readonly records: readonly Recording[];
}

export type RecordingName = 'go-open' | 'ts-open' | 'ts-transient-signed';

export const RECORDING_NAMES: readonly RecordingName[] = ['go-open', 'ts-open', 'ts-transient-signed'];

export function loadRecordings(name: RecordingName): RecordingFile {
  const url = new URL(`../compat/recordings/recorded-${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8')) as RecordingFile;
}

/** A body with its place in the recordings, for naming a test. */
export interface RecordedBody {
  readonly at: string;
  readonly impl: 'go' | 'ts';
  /** Whether a node in the field wrote the body, rather than the recorder. */
  readonly fromTheField: boolean;
  readonly body: string;
}

/** Every gossip message in a file: posted either way, and the payload of every frame that carries one. */
export function gossipBodies(name: RecordingName): RecordedBody[] {
  return loadRecordings(name).records.flatMap((record, index) => {
    const at = `${name}[${index}] ${record.kind}`;
    const fromTheField = record.kind.includes('recv');
    const body = gossipBody(record);
    return body === undefined ? [] : [{ at, impl: record.impl, fromTheField, body }];
  });
}

function gossipBody(record: Recording): string | undefined {
  if (record.kind.includes('/v1/gossip/message')) return record.body ?? record.request;
  if (record.frame === undefined) return undefined;
  const payload = (JSON.parse(record.frame) as { payload: { message_id?: string } }).payload;
  return payload.message_id === undefined ? undefined : JSON.stringify(payload);
}
