import { type Check, type Group, passed } from '../check.js';
import { LIST_FIELDS, type ListContent, type ListField, ListKey, signedText } from '../wire/root-list.js';
import { type ListBench, NODES } from './list-bench.js';

const REFERENCE = 'Signed root list';

const ORDERS: readonly (readonly ListField[])[] = [
  LIST_FIELDS,
  ['sig', 'nodes', 'exp', 'v'],
  ['exp', 'v', 'sig', 'nodes'],
  ['nodes', 'sig', 'v', 'exp'],
];

const foreign: Check<ListBench> = {
  id: 'omega.foreign',
  title: 'A list signed here by node:crypto is good: its fields in any order, its nodes sorted or not',
  reference: REFERENCE,
  level: 'required',
  async run(bench) {
    for (const order of ORDERS) await bench.expectTaken(bench.key.line(bench.content(), order), order.join(' '));
    const sorted = [...NODES].sort();
    await bench.expectTaken(bench.key.line(bench.content(sorted)), 'a list of sorted nodes');
    await bench.expectTaken(bench.key.line(bench.content(NODES.slice(0, 1))), 'a list of one node');
    return passed(`${ORDERS.length + 2} lists`);
  },
};

/** So many bits of a line are turned, spread over all of it. */
const TURNED_BITS = 24;

/** A line with one bit turned. Two bytes that no argument can carry are passed over. */
function* turned(line: string): Generator<readonly [number, string]> {
  const bytes = Buffer.from(line);
  for (let index = 0; index < TURNED_BITS; index += 1) {
    const at = Math.floor((index * bytes.length) / TURNED_BITS);
    const changed = Buffer.from(bytes);
    // Never the topmost: half of a character of UTF-8 would not arrive as it was sent.
    changed[at] = (changed[at] ?? 0) ^ (1 << (index % 7));
    if (changed[at] !== 0) yield [at, changed.toString('latin1')];
  }
}

const tampered: Check<ListBench> = {
  id: 'omega.tampered',
  title: 'A list with one bit turned, anywhere, is refused, and so is one with a node more, fewer or another expiry',
  reference: REFERENCE,
  level: 'required',
  async run(bench) {
    const content = bench.content();
    const line = bench.key.line(content);
    let count = 0;
    for (const [at, changed] of turned(line)) {
      await bench.expectRefused(changed, `a list with a bit of byte ${at} turned`);
      count += 1;
    }
    const signature = bench.key.signature(signedText(content));
    const altered = (fields: Partial<ListContent>): string =>
      `${signedText({ ...content, ...fields })};sig=${signature}`;
    await bench.expectRefused(altered({ nodes: [...NODES, 'evil.example:1'] }), 'a list with a node more');
    await bench.expectRefused(altered({ nodes: NODES.slice(1) }), 'a list with a node fewer');
    await bench.expectRefused(altered({ expires: content.expires + 1 }), 'a list with a later expiry');
    return passed(`${count + 3} lists`);
  },
};

const untrusted: Check<ListBench> = {
  id: 'omega.untrusted',
  title: 'A list signed by another key, expired, or of another version is refused',
  reference: REFERENCE,
  level: 'required',
  async run(bench) {
    const content = bench.content();
    await bench.expectRefused(ListKey.fresh().line(content), 'a list signed by another key');
    await bench.expectRefused(bench.key.line({ ...content, expires: bench.nowS }), 'a list that expires now');
    await bench.expectRefused(bench.key.line({ ...content, expires: bench.nowS - 3600 }), 'an expired list');
    await bench.expectRefused(bench.key.line({ ...content, version: 'omega-v2' }), 'a list of version omega-v2');
    await bench.expectRefused(bench.key.line({ ...content, version: '' }), 'a list of no version');
    return passed();
  },
};

/** Lines that are signed, each over what it says, and break one rule of the text. */
function malformed(bench: ListBench): Readonly<Record<string, string>> {
  const content = bench.content();
  const { expires } = content;
  const good = bench.key.line(content);
  const signature = bench.key.signature(signedText(content));
  const spelled = (exp: string): string => {
    const text = `v=omega-v1;exp=${exp};nodes=a.example:1`;
    return `${text};sig=${bench.key.signature(text)}`;
  };
  const resigned = (sig: string): string => `${signedText(content)};sig=${sig}`;
  const without = (name: ListField): string =>
    bench.key.line(
      content,
      LIST_FIELDS.filter((field) => field !== name),
    );
  return {
    ...Object.fromEntries(LIST_FIELDS.map((name) => [`a list without ${name}`, without(name)])),
    'a list with exp twice': `${good};exp=${expires}`,
    'a list with nodes twice': `nodes=evil.example:1;${good}`,
    'a list with an unknown field': `${good};x=1`,
    'a list with an empty field at its end': `${good};`,
    'a list with a field in upper case': good.replace('exp=', 'EXP='),
    'a list with a space': good.replace(';exp', '; exp'),
    'an exp with a zero before it': spelled(`0${expires}`),
    'an exp with a sign': spelled(`+${expires}`),
    'an exp with a fraction': spelled(`${expires}.0`),
    'an exp with an exponent': spelled('9e12'),
    'an exp that is negative': spelled('-1'),
    'a list of no nodes': bench.key.line({ ...content, nodes: [''] }),
    'a list with an empty node': bench.key.line({ ...content, nodes: [...NODES, ''] }),
    'a node without a port': bench.key.line({ ...content, nodes: ['a.example'] }),
    'a node with port 0': bench.key.line({ ...content, nodes: ['a.example:0'] }),
    'a sig without padding': resigned(signature.replace(/=+$/, '')),
    'a sig in hexadecimal': resigned(Buffer.from(signature, 'base64').toString('hex')),
    'a sig of 63 bytes': resigned(Buffer.from(signature, 'base64').subarray(1).toString('base64')),
    'an empty sig': resigned(''),
  };
}

const strict: Check<ListBench> = {
  id: 'omega.strict',
  title:
    'A field twice, unknown or missing, another spelling of exp, no nodes, bad base64: each is refused though signed',
  reference: REFERENCE,
  level: 'required',
  async run(bench) {
    const lines = Object.entries(malformed(bench));
    for (const [what, line] of lines) await bench.expectRefused(line, what);
    return passed(`${lines.length} lists`);
  },
};

export const verifyingGroup: Group<ListBench> = {
  title: 'Lists that it verifies',
  checks: [foreign, tampered, untrusted, strict],
};
