import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Check, type Group, passed } from '../check.js';
import { expect, expectEqual } from '../expect.js';
import { faultOfLine, ListKey, readLine, signedText } from '../wire/root-list.js';
import { type ListBench, NODES } from './list-bench.js';

const REFERENCE = 'Signed root list';
const KEY_BYTES = 32;
/** Between the clock that signed and the one that looks. */
const TOLERANCE_S = 60;

const keygen: Check<ListBench> = {
  id: 'omega.keygen',
  title: 'A private key is base64 of seed and public key in a file of mode 0600; the public key is base64 of 32 bytes',
  reference: REFERENCE,
  level: 'required',
  async run(bench) {
    const path = join(bench.folder, 'generated.key');
    const { code, stdout, stderr } = await bench.tool.run('keygen', '--out', path);
    expectEqual(code, 0, `keygen (${stderr.trim()})`);
    expectEqual((await stat(path)).mode & 0o777, 0o600, 'mode of the file');
    const text = await readFile(path, 'utf8');
    const bytes = Buffer.from(text, 'base64');
    expectEqual(bytes.length, 2 * KEY_BYTES, 'bytes in the file');
    const key = new ListKey(bytes.subarray(0, KEY_BYTES));
    expectEqual(bytes.subarray(KEY_BYTES).toString('base64'), key.publicKey, 'the public half in the file');
    expectEqual(stdout.trim(), key.publicKey, 'the public key that is printed');
    expect(!(stdout + stderr).includes(text.trim().slice(0, 40)), 'the private key is printed');
    return passed();
  },
};

const signed: Check<ListBench> = {
  id: 'omega.signed',
  title: 'A list that it signs verifies here: by node:crypto, over v, exp and the nodes sorted by code unit',
  reference: REFERENCE,
  level: 'required',
  async run(bench) {
    for (const kind of ['pair', 'seed'] as const) {
      const line = await bench.signed(await bench.file(`${kind}.key`, bench.key.fileText(kind)));
      expectEqual(faultOfLine(line, bench.key.publicKey, bench.nowS), undefined, `a list signed by a ${kind} file`);
    }
    return passed('by a file of seed and public key, and by one of the seed alone');
  },
};

const canonical: Check<ListBench> = {
  id: 'omega.canonical',
  title: 'The line has v, exp, nodes and sig in this order, the nodes sorted, and expires when it should',
  reference: REFERENCE,
  level: 'required',
  async run(bench) {
    const line = await bench.signed(await bench.file('pair.key', bench.key.fileText('pair')));
    const fields = readLine(line);
    if (typeof fields === 'string') throw new Error(fields);
    const content = { version: 'omega-v1', expires: Number(fields.exp), nodes: NODES };
    expectEqual(line, `${signedText(content)};sig=${fields.sig}`, 'the line');
    const { expires } = bench.content();
    expect(Math.abs(content.expires - expires) <= TOLERANCE_S, `exp ${content.expires}, expected about ${expires}`);
    return passed();
  },
};

const long: Check<ListBench> = {
  id: 'omega.long',
  title: 'A list of a hundred nodes verifies as well, there and here',
  reference: REFERENCE,
  level: 'required',
  async run(bench) {
    const nodes = Array.from({ length: 100 }, (_, index) => `node-${index}.example:8080`);
    const line = await bench.signed(await bench.file('pair.key', bench.key.fileText('pair')), nodes);
    expectEqual(faultOfLine(line, bench.key.publicKey, bench.nowS), undefined, 'a list signed there');
    await bench.expectTaken(bench.key.line(bench.content(nodes)), 'a list signed here');
    return passed(`${line.length} bytes`);
  },
};

export const signingGroup: Group<ListBench> = {
  title: 'Lists that it signs',
  checks: [keygen, signed, canonical, long],
};
