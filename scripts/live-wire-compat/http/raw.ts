import { connect } from 'node:net';
import { hostOf } from './exchange.js';

const MAX_KEPT_BYTES = 64 * 1024;

/**
 * Writes bytes to a socket as they are and yields what came back until the node closed or said nothing more for
 * `idleMs`. Never rejects: a refused or reset connection yields what was read before it.
 */
export function rawExchange(base: URL, bytes: Uint8Array | string, idleMs: number): Promise<string> {
  return new Promise((resolve) => {
    let received = '';
    const socket = connect({ host: hostOf(base), port: Number(base.port || 80) });
    const finish = (): void => {
      socket.destroy();
      resolve(received);
    };
    socket.setTimeout(idleMs, finish);
    socket.on('connect', () => socket.write(bytes));
    socket.on('data', (chunk) => {
      if (received.length < MAX_KEPT_BYTES) received += chunk.toString('latin1');
    });
    socket.on('error', finish);
    socket.on('close', finish);
  });
}

/** The status of a raw answer, undefined where there is none. */
export function statusOf(answer: string): number | undefined {
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(answer)?.[1];
  return status === undefined ? undefined : Number(status);
}

/** The address of this machine that the node at `base` can reach it by: the local end of a connection to it. */
export function addressFacing(base: URL): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostOf(base), port: Number(base.port || 80) });
    socket.setTimeout(5000, () => socket.destroy(new Error(`no connection to ${base.origin} within 5 s`)));
    socket.on('error', (error) => reject(new Error(`cannot connect to ${base.origin}: ${error.message}`)));
    socket.on('connect', () => {
      resolve((socket.localAddress ?? '127.0.0.1').replace(/^::ffff:/, ''));
      socket.destroy();
    });
  });
}
