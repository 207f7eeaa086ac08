import type { NodeConfig } from '../../../../src/node/config/node-config.js';
import { type ConfigResult, resolveConfig } from '../../../../src/node/config/resolve.js';
import type { ConfigInput } from '../../../../src/node/config/sources.js';

export interface GivenInput {
  readonly flags?: ConfigInput['flags'];
  readonly env?: ConfigInput['env'];
  /** Content by path. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Resolves with files that exist only in memory. */
export function resolve({ flags = {}, env = {}, files = {} }: GivenInput): ConfigResult {
  const readFile = (path: string): string => {
    const content = files[path];
    if (content === undefined) throw new Error(`ENOENT: no such file or directory, open '${path}'`);
    return content;
  };
  return resolveConfig({ flags, env, readFile });
}

export function configOf(input: GivenInput): NodeConfig {
  const result = resolve(input);
  if (!result.ok) throw new Error(result.problems.join('\n'));
  return result.config;
}

export function problemsOf(input: GivenInput): readonly string[] {
  const result = resolve(input);
  return result.ok ? [] : result.problems;
}
