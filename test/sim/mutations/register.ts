// For `node --import`: patches one module of the product as it is loaded, by the mutation that SIM_MUTATION names.
import { register } from 'node:module';
import type { HookData } from './hook.js';
import { mutationNamed } from './mutations.js';
import { MUTATION_VARIABLE } from './variable.js';

const name = process.env[MUTATION_VARIABLE];
if (name !== undefined) {
  const mutation = mutationNamed(name);
  if (mutation === undefined) throw new Error(`${MUTATION_VARIABLE}: there is no mutation ${JSON.stringify(name)}`);
  const { href } = new URL(`../../../src/${mutation.file.replace(/\.ts$/, '.js')}`, import.meta.url);
  register<HookData>('./hook.js', import.meta.url, { data: { url: href, mutation } });
}
