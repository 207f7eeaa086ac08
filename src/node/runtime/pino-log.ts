import { createRequire } from 'node:module';
import { type DestinationStream, pino } from 'pino';
import type pinoPretty from 'pino-pretty';
import type { Log } from '../../gossip/ports/log.js';

export interface LogOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** `auto`: pretty where standard error is a terminal, JSON elsewhere. */
  readonly format: 'auto' | 'json' | 'pretty';
}

/** A log on standard error; standard output belongs to data. */
export function createLog(options: LogOptions, nodeId: string): Log {
  const prettily = options.format === 'pretty' || (options.format === 'auto' && process.stderr.isTTY === true);
  const destination = prettily ? prettyDestination() : pino.destination({ dest: 2, sync: false });
  const logger = pino(
    { level: options.level, base: { node: nodeId }, timestamp: pino.stdTimeFunctions.isoTime },
    destination,
  );
  return {
    debug: (message, fields) => logger.debug(fields ?? {}, message),
    info: (message, fields) => logger.info(fields ?? {}, message),
    warn: (message, fields) => logger.warn(fields ?? {}, message),
    error: (message, fields) => logger.error(fields ?? {}, message),
  };
}

/** Loaded only where it is used: most nodes run without a terminal. */
function prettyDestination(): DestinationStream {
  const pretty = createRequire(import.meta.url)('pino-pretty') as typeof pinoPretty;
  return pretty({ destination: 2, sync: true, ignore: 'pid,hostname,node', translateTime: 'HH:MM:ss.l' });
}
