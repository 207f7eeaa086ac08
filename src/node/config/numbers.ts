import { accept, refuse, type ValueType } from './value-type.js';

const WHOLE = /^\d+$/;
const DECIMAL = /^\d+(\.\d+)?$/;
const BYTES_PER_MIB = 1024 * 1024;

export interface Range {
  readonly min: number;
  readonly max: number;
}

/** A whole number in `range`, both ends included. `what` names it in "takes <what> from … to …". */
export function wholeNumber(
  range: Range,
  { placeholder = 'number', what = 'a whole number' }: { placeholder?: string; what?: string } = {},
): ValueType<number> {
  return {
    placeholder,
    allowed: `${what} from ${range.min} to ${range.max}`,
    parse: (text) => {
      const value = WHOLE.test(text.trim()) ? Number(text) : Number.NaN;
      return value >= range.min && value <= range.max ? accept(value) : refuse();
    },
    format: String,
  };
}

/** A TCP port to listen on; 0 lets the operating system choose. */
export const listeningPort: ValueType<number> = wholeNumber(
  { min: 0, max: 65_535 },
  { placeholder: 'port', what: 'a port' },
);

/** A number above 0, with decimals, up to `max`. */
export function positiveNumber(max: number): ValueType<number> {
  return {
    placeholder: 'number',
    allowed: `a number above 0 and up to ${max}`,
    parse: (text) => {
      const value = DECIMAL.test(text.trim()) ? Number(text) : Number.NaN;
      return value > 0 && value <= max ? accept(value) : refuse();
    },
    format: String,
  };
}

/** Written in MiB, kept in bytes. */
export function mebibytes(range: Range): ValueType<number> {
  const megabytes = wholeNumber(range, { placeholder: 'MiB', what: 'whole MiB' });
  return {
    ...megabytes,
    parse: (text) => {
      const parsed = megabytes.parse(text);
      return parsed.ok ? accept(parsed.value * BYTES_PER_MIB) : parsed;
    },
    format: (bytes) => String(bytes / BYTES_PER_MIB),
  };
}
