import { type Check, type Group, passed, skipped, type Verdict } from '../check.js';
import { expect, expectEqual, expectOneOf } from '../expect.js';
import type { Answer } from '../http/exchange.js';
import { SIGNATURE_HEADER, sign } from '../wire/signature.js';
import type { Subject } from './subject.js';

type Rule = Omit<Check<Subject>, 'level' | 'reference' | 'run'> & {
  readonly run: (subject: Subject, secret: string) => Promise<Verdict>;
};

/** A rule that only a node with a secret can keep. */
function withSecret({ run, ...rule }: Rule): Check<Subject> {
  return {
    ...rule,
    reference: 'Transport: X-Repram-Signature',
    level: 'required',
    async run(subject) {
      return subject.secret === undefined ? skipped('no --secret given') : run(subject, subject.secret);
    },
  };
}

async function post(subject: Subject, path: string, body: string, signature?: string): Promise<Answer> {
  const headers = {
    'Content-Type': 'application/json',
    ...(signature === undefined ? {} : { [SIGNATURE_HEADER]: signature }),
  };
  return subject.request({ method: 'POST', path, headers, body });
}

/** A message that changes nothing: an ACK for a write nobody made. */
function strayAck(subject: Subject, messageId: string): string {
  const timestamp = Math.floor(Date.now() / 1000);
  return JSON.stringify({ type: 'ACK', from: `wc-${subject.run}-x`, timestamp, message_id: messageId });
}

const missing = withSecret({
  id: 'signature.missing',
  title: 'An unsigned gossip message or bootstrap is 403 `Missing signature`',
  async run(subject) {
    const key = subject.key('unsigned');
    const write = { type: 'PUT', from: 'x', key, data: 'eA==', ttl: 600, timestamp: 1, message_id: key };
    for (const [path, body] of [
      ['/v1/gossip/message', JSON.stringify(write)],
      ['/v1/bootstrap', JSON.stringify({ node_id: key, address: '127.0.0.1', gossip_port: 1, http_port: 1 })],
    ] as const) {
      const answer = await post(subject, path, body);
      expectEqual(answer.status, 403, path);
      expectEqual(answer.text.trim(), 'Missing signature', `body of ${path}`);
    }
    expectEqual((await subject.read(key)).status, 404, 'GET of the unsigned write');
    expect(!(await subject.lists(key)), 'the unsigned joiner is listed');
    return passed();
  },
});

const wrong = withSecret({
  id: 'signature.wrong',
  title: 'A signature by another secret, of another body or of no shape is 403 `Invalid signature`',
  async run(subject, secret) {
    const body = strayAck(subject, 'wrong');
    const good = sign(secret, body);
    const probes: [string, string][] = [
      ['another secret', sign(`${secret}x`, body)],
      ['another body', sign(secret, `${body} `)],
      ['cut short', good.slice(0, 32)],
      ['too long', `${good}00`],
      ['no hex', 'z'.repeat(64)],
      ['first digit changed', `${good.startsWith('0') ? '1' : '0'}${good.slice(1)}`],
    ];
    for (const [name, signature] of probes) {
      const answer = await post(subject, '/v1/gossip/message', body, signature);
      expectEqual(answer.status, 403, name);
      expectEqual(answer.text.trim(), 'Invalid signature', `body for ${name}`);
    }
    return passed();
  },
});

const good = withSecret({
  id: 'signature.good',
  title: 'A signed message is 200, the signature covering the raw bytes whatever their spacing and fields',
  async run(subject, secret) {
    const plain = strayAck(subject, 'good');
    const spaced = `  {\n "zzz" : [1, {"deep": null}],${plain.slice(1)}\n`;
    for (const body of [plain, spaced]) {
      const answer = await post(subject, '/v1/gossip/message', body, sign(secret, body));
      expectEqual(answer.status, 200, body === plain ? 'plain' : 'with spaces and unknown fields');
    }
    return passed();
  },
});

const signedFirst = withSecret({
  id: 'signature.before-json',
  title: 'An unsigned body that is no JSON is refused for the signature or for the JSON, never taken',
  async run(subject) {
    const answer = await post(subject, '/v1/gossip/message', '{not json');
    expectOneOf(answer.status, [403, 400], 'status');
    return passed(String(answer.status));
  },
});

const clients = withSecret({
  id: 'signature.clients-need-none',
  title: 'Clients write and read without a signature',
  async run(subject) {
    await subject.store(subject.key('client'), 'x');
    expectEqual((await subject.read(subject.key('client'))).status, 200, 'GET');
    return passed();
  },
});

const outgoing = withSecret({
  id: 'signature.outgoing',
  title: 'Everything the node posts is signed',
  async run(subject) {
    const recorder = await subject.peer('home');
    const mark = recorder.inbox.mark();
    await subject.store(subject.key('outgoing'), 'x');
    const isWrite = (key: string | undefined): boolean => key === subject.key('outgoing');
    await recorder.inbox.waitFor('the PUT', mark, subject.timing.answerMs, (message) => isWrite(message.key));
    const ours = recorder.inbox.entriesSince(0).filter((entry) => entry.message?.from === subject.nodeId);
    const unsigned = ours.filter((entry) => entry.signatureValid !== true);
    expect(unsigned.length === 0, `${unsigned.length} of ${ours.length} messages without a valid signature`);
    return passed(`${ours.length} messages`);
  },
});

const open: Check<Subject> = {
  id: 'signature.open',
  title: 'A node without a secret takes messages signed by anybody',
  reference: 'Transport: X-Repram-Signature',
  level: 'info',
  async run(subject) {
    if (subject.secret !== undefined) return skipped('the node has a secret');
    const body = strayAck(subject, 'open');
    expectEqual((await post(subject, '/v1/gossip/message', body, sign('whatever', body))).status, 200, 'status');
    return passed();
  },
};

export const signaturesGroup: Group<Subject> = {
  title: 'Signatures',
  checks: [missing, wrong, good, signedFirst, clients, outgoing, open],
};
