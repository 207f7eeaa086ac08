import type { InitializeHook, LoadHook } from 'node:module';
import { type Mutation, mutated } from './mutation.js';

/** What the hook is registered with: the module to patch, and how. */
export interface HookData {
  readonly url: string;
  readonly mutation: Mutation;
}

let data: HookData | undefined;

export const initialize: InitializeHook<HookData> = (given) => {
  data = given;
};

/**
 * Gives out one module with the defect in it. The module says so when it runs: a run that was not told is a run of the
 * sound code.
 */
export const load: LoadHook = async (url, context, nextLoad) => {
  const loaded = await nextLoad(url, context);
  if (data === undefined || url !== data.url) return loaded;
  const code = mutated(String(loaded.source), data.mutation);
  return { ...loaded, source: `${code}\nglobalThis.simMutation = ${JSON.stringify(data.mutation.name)};\n` };
};
