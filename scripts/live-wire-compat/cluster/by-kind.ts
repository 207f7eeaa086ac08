import { type Check, failed, noted, passed, skipped, type Verdict } from '../check.js';
import { messageOf } from '../wait.js';
import type { Arena } from './arena.js';
import type { Kind } from './command.js';

/** Each kind once, in the order they were named. */
export function distinctKinds(arena: Arena): readonly Kind[] {
  return [...new Set(arena.options.kinds)];
}

type KindRule = Omit<Check<Arena>, 'run' | 'level'> & {
  readonly run: (arena: Arena, kind: Kind) => Promise<Verdict>;
};

/** A rule of the tree, held against a node of each kind on its own. */
export function checkOfEachKind({ run, ...rule }: KindRule): Check<Arena> {
  return {
    ...rule,
    level: 'required',
    async run(arena) {
      const verdicts: [string, Verdict][] = [];
      for (const kind of distinctKinds(arena)) verdicts.push([kind.label, await judge(arena, kind, run)]);
      return sumUp(verdicts);
    },
  };
}

async function judge(arena: Arena, kind: Kind, run: KindRule['run']): Promise<Verdict> {
  try {
    return await run(arena, kind);
  } catch (error) {
    return failed(messageOf(error));
  }
}

/** The worst of them; what each said is in the detail. */
export function sumUp(verdicts: readonly (readonly [string, Verdict])[]): Verdict {
  const said = verdicts.filter(([, verdict]) => verdict.detail !== undefined);
  const text = said.map(([name, { detail }]) => `${name}: ${detail}`).join('; ');
  const kinds = new Set(verdicts.map(([, { kind }]) => kind));
  if (kinds.has('failed')) return failed(text);
  if (kinds.has('noted')) return noted(text);
  if (kinds.size === 1 && kinds.has('skipped')) return skipped(text);
  return text === '' ? passed() : passed(text);
}
