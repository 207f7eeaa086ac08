import { Deviations, deviation, type Group, passed, skipped } from '../check.js';
import { expect, expectEqual } from '../expect.js';
import { under } from '../tree/frame-inbox.js';
import { encodeFrame } from '../wire/frame.js';
import { besideHonest, noteEnd } from './beside-honest.js';
import { childCheck } from './nursery.js';
import type { Subject } from './subject.js';

/** A rule that only a node with a secret can keep. */
function signedCheck(rule: Parameters<typeof childCheck>[0]): ReturnType<typeof childCheck> {
  const check = childCheck(rule);
  return {
    ...check,
    run: async (subject) => (subject.secret === undefined ? skipped('no --secret given') : check.run(subject)),
  };
}

const wrongSignature = signedCheck({
  id: 'child.signature-wrong',
  title: 'A hello or frame without a signature, or with a wrong one, ends the socket and does nothing',
  run: (nursery) =>
    besideHonest(nursery, async (found) => {
      const { subject } = nursery;
      for (const [name, secret] of [
        ['unsigned', undefined],
        ['wrongly signed', `${subject.secret}x`],
      ] as const) {
        const stranger = await nursery.dial('unsigned');
        const payload = { node_id: stranger.id, enclave: stranger.enclave, address: '', http_port: 1 };
        stranger.socket.sendRaw(encodeFrame('typescript', 'hello', payload, secret));
        await noteEnd(found, subject, stranger, `after an ${name} hello`);
        const child = await nursery.attach('signed-first');
        const key = subject.key(`tree-${name}`);
        const put = child.message('PUT', { key, data: 'eA==', ttl: 600 });
        child.socket.sendRaw(encodeFrame('typescript', 'put', { ...put }, secret));
        await noteEnd(found, subject, child, `after an ${name} PUT`);
        expectEqual((await subject.read(key)).status, 404, `GET of the ${name} write`);
      }
    }),
});

const signedForms = signedCheck({
  id: 'child.signature-forms',
  title: 'Signatures over the printed payload and over its bytes as sent, spaced and ordered otherwise, both count',
  async run(nursery) {
    const { subject } = nursery;
    const { answerMs } = subject.timing;
    for (const form of ['typescript', 'go'] as const) {
      const child = await nursery.attach(`signs-as-${form}`, { form });
      const id = child.put(subject.key(`tree-<${form}> & "ü"`), form);
      await child.socket.frames.waitFor(`the ACK in the form of ${form}`, 0, answerMs, under(id, 'ack'));
    }
    const child = await nursery.dial('signs-as-cbor', { form: 'cbor' }).catch(() => undefined);
    if (child === undefined) return deviation(subject.strict, 'the node does not select repram.tree.1');
    await child.attach(answerMs);
    const id = child.put(subject.key('tree-cbor'), 'cbor');
    await child.socket.frames.waitFor('the ACK in CBOR', 0, answerMs, under(id, 'ack'));
    return passed();
  },
});

const signsAll = signedCheck({
  id: 'child.signature-outgoing',
  title: 'Every frame the node sends is signed, for TypeScript readers and Go readers alike',
  async run(nursery) {
    const { subject } = nursery;
    const { answerMs } = subject.timing;
    const found = new Deviations();
    for (const form of ['typescript', 'cbor'] as const) {
      const child = await nursery.dial(`reads-${form}`, { form }).catch(() => undefined);
      found.unless(child !== undefined, 'the node does not select repram.tree.1');
      if (child === undefined) continue;
      await child.attach(answerMs);
      const home = await subject.peer('home');
      const put = home.message('PUT', { key: subject.key(`tree-<&>-${form}`), data: 'eA==', ttl: 600 });
      await home.deliver(subject.url, put);
      await child.socket.frames.waitFor('the PUT', 0, answerMs, under(put.message_id, 'put'));
      for (const { type, signature } of child.socket.frames.since(0)) {
        expect(signature?.sent === true || signature?.printed === true, `a ${type} frame without a valid signature`);
        found.unless(signature?.sent === true, `${type}: not over the bytes as sent`);
        found.unless(signature?.printed === true, `${type}: not over the printed payload`);
      }
    }
    return found.verdict(subject.strict);
  },
});

/** For nodes with a secret. */
export const childSignaturesGroup: Group<Subject> = {
  title: 'Signatures of frames',
  checks: [signedForms, signsAll, wrongSignature],
};
