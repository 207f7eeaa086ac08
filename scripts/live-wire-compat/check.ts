/** `required`: a miss fails the run. `info`: a miss is reported and nothing more. */
export type Level = 'required' | 'info';

/** Numbers and words worth keeping in the report, by name; units are in the names. */
export type Measurements = Readonly<Record<string, number | string | boolean>>;

export type Verdict =
  | { readonly kind: 'passed'; readonly detail?: string; readonly measured?: Measurements }
  | { readonly kind: 'noted'; readonly detail: string; readonly measured?: Measurements }
  | { readonly kind: 'failed'; readonly detail: string; readonly measured?: Measurements }
  | { readonly kind: 'skipped'; readonly detail: string };

/** One rule of wire v1 and how to see whether it is kept. */
export interface Check<Context> {
  /** `group.rule`, unique; what `--only` matches. */
  readonly id: string;
  readonly title: string;
  /** The section of wire v1 the rule is from. */
  readonly reference: string;
  readonly level: Level;
  /** Fails by returning `failed` or by throwing; every wait inside is bounded. */
  run(context: Context): Promise<Verdict>;
}

export interface Group<Context> {
  readonly title: string;
  readonly checks: readonly Check<Context>[];
}

export function passed(detail?: string, measured?: Measurements): Verdict {
  return {
    kind: 'passed',
    ...(detail === undefined ? {} : { detail }),
    ...(measured === undefined ? {} : { measured }),
  };
}

export function noted(detail: string, measured?: Measurements): Verdict {
  return { kind: 'noted', detail, ...(measured === undefined ? {} : { measured }) };
}

export function failed(detail: string, measured?: Measurements): Verdict {
  return { kind: 'failed', detail, ...(measured === undefined ? {} : { measured }) };
}

export function skipped(detail: string): Verdict {
  return { kind: 'skipped', detail };
}

/**
 * Something nodes in the field are known to do differently, or wrong: a failure where the node is held to the whole of
 * wire v1 (`strict`), a note where it is not.
 */
export function deviation(strict: boolean, detail: string, measured?: Measurements): Verdict {
  return strict ? failed(detail, measured) : noted(detail, measured);
}

/** Gathers deviations over several probes of one check. */
export class Deviations {
  readonly #found: string[] = [];

  /** Notes `what` unless `kept`. */
  unless(kept: boolean, what: string): void {
    if (!kept) this.#found.push(what);
  }

  verdict(strict: boolean, detail?: string, measured?: Measurements): Verdict {
    if (this.#found.length === 0) return passed(detail, measured);
    return deviation(strict, this.#found.join('; '), measured);
  }
}
