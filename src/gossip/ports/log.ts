/**
 * Values a log line may carry. Payload bytes, keys and text taken from the network do not belong in a log, except for
 * names that were validated: node ids, hosts and ports.
 */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Structured logging as core code sees it. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}
