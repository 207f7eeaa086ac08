/** A text read as a `T`, or refused; `detail` says which part was at fault where that is not obvious. */
export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly detail?: string };

/** What a shell can offer as completions for a value. */
export type Completion = 'file' | 'directory' | readonly string[];

/** How values of one kind are read from text, described and printed. `parse(format(value))` gives `value` again. */
export interface ValueType<T> {
  /** Stands for the value in help, as in `--http-port <port>`. */
  readonly placeholder: string;
  /** Completes the sentence "X takes …". */
  readonly allowed: string;
  readonly parse: (text: string) => Parsed<T>;
  readonly format: (value: T) => string;
  readonly completion?: Completion;
  /** The flag may stand alone and then means `true`. */
  readonly isSwitch?: true;
  /** The flag may be repeated; the values add up. */
  readonly isList?: true;
}

export function accept<T>(value: T): Parsed<T> {
  return { ok: true, value };
}

export function refuse<T>(detail?: string): Parsed<T> {
  return detail === undefined ? { ok: false } : { ok: false, detail };
}
