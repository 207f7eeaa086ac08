import { describe, expect, test } from 'vitest';
import type { LegacyNode } from '../../../sim/legacy/legacy-node.js';
import { loadRecordings, type Recording } from '../../../support/recordings.js';
import { Network, textOf } from './network.js';

interface Recorded extends Recording {
  readonly reqBody?: string;
  readonly reqHeaders?: Readonly<Record<string, string>>;
}

/** Ids, times and generated numbers differ from run to run: compared is what is left, in the order of the text. */
const masked = (body: string): string =>
  body
    .replace(/"timestamp":\d+/, '"timestamp":T')
    .replace(/\d{19}/g, 'N')
    .replace(/-\d{13}-/g, '-M-');

/** The recordings show the bytes 00 ff 80 01 as text. */
const bytesOf = (text: string): Uint8Array =>
  text.includes('\ufffd') ? Uint8Array.of(0, 0xff, 0x80, 1) : Buffer.from(text);

/** What the model can play: neither ACKs for ids of the recorded run, nor attachments, nor a peer without a name. */
const isPlayable = ({ kind, request, frame, body }: Recorded): boolean =>
  !(kind.startsWith('sent') && kind.endsWith(' ACK')) &&
  frame === undefined &&
  request !== '[]' &&
  !body?.includes('"key":"child-key"');

async function put(node: LegacyNode, { kind, reqHeaders, reqBody }: Recorded): Promise<number> {
  const url = new URL(kind.slice('PUT '.length), 'http://node');
  const ttl = Number(url.searchParams.get('ttl') ?? reqHeaders?.['x-ttl']);
  return await node.put(decodeURIComponent(url.pathname.slice('/v1/data/'.length)), bytesOf(reqBody ?? ''), ttl);
}

/** Plays the recorder against the model; what each side saw, as text. */
async function play(records: readonly Recorded[]): Promise<{ answers: string[]; expected: string[]; heard: string[] }> {
  const network = new Network(1);
  const join = JSON.parse(records[0]?.body ?? '{}');
  const { node, address } = network.node({
    id: join.node_id,
    address: { host: join.address, port: join.http_port },
    gossipPort: join.gossip_port,
    enclave: join.enclave,
    seeds: [{ host: join.address, port: join.http_port - 1 }],
    flavour: records[0]?.impl ?? 'go',
    minTtl: 10,
  });
  const heard: string[] = [];
  network.listen({ host: address.host, port: address.port - 1 }, (path, _headers, body) => {
    const text = Buffer.from(body).toString();
    const { type, key, message_id } = JSON.parse(text);
    heard.push(masked(text));
    if (type === 'PUT') node.answer(path, {}, Buffer.from(JSON.stringify({ type: 'ACK', from: 'r', key, message_id })));
    const peers = [
      { id: 'recorder-1', address: address.host, port: 9999, http_port: address.port - 1, enclave: join.enclave },
    ];
    return { status: 200, body: Buffer.from(JSON.stringify({ success: true, peers })) };
  });
  node.start();
  await network.clock.run(100);
  const [answers, expected]: [string[], string[]] = [[], []];
  for (const record of records) {
    if (record.kind.startsWith('sent POST')) {
      const path = record.kind.split(' ')[2] ?? '';
      const answer = node.answer(path, {}, Buffer.from(record.request ?? ''));
      answers.push(`${answer.status} ${textOf(answer)}`);
      expected.push(`${record.status} ${record.response}`);
    } else if (record.kind.startsWith('PUT ') && record.status === 201) {
      const done = put(node, record);
      await network.clock.run(100);
      answers.push(`${await done}`);
      expected.push(`${record.status}`);
    }
    await network.clock.run(100);
  }
  node.stop();
  return { answers, expected, heard };
}

describe.each(['go-open', 'ts-open'] as const)('%s played against the model', (name) => {
  const records: readonly Recorded[] = loadRecordings(name).records.filter(isPlayable);

  test('it answers what the node in the field answered, to the byte', async () => {
    const { answers, expected } = await play(records);
    expect(expected.length).toBeGreaterThan(10);
    expect(answers).toEqual(expected);
  });

  test('it sends what the node in the field sent, to the byte but for times and ids', async () => {
    const { heard } = await play(records);
    const recorded = records.filter(({ kind }) => kind.startsWith('recv POST')).map(({ body }) => masked(body ?? ''));
    expect(recorded.length).toBeGreaterThan(10);
    expect([...heard].sort()).toEqual([...recorded].sort());
  });
});

test('it signs a join as the node in the field signed it', async () => {
  const { secret, records } = loadRecordings('ts-transient-signed');
  const recorded = records[0];
  const join = JSON.parse(recorded?.body ?? '{}');
  const network = new Network();
  const seed = { host: '127.0.0.1', port: 1 };
  const { node } = network.node({
    id: join.node_id,
    address: { host: join.address, port: join.http_port },
    gossipPort: join.gossip_port,
    enclave: join.enclave,
    seeds: [seed],
    flavour: 'ts',
    secret,
  });
  const seen: unknown[] = [];
  network.listen(seed, (_path, headers, body) => {
    seen.push([Buffer.from(body).toString(), headers]);
    return { status: 403, body: new Uint8Array() };
  });
  node.start();
  await network.clock.run(1000);
  expect(seen).toEqual([[recorded?.body, recorded?.headers]]);
});
