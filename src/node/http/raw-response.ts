import { STATUS_CODES } from 'node:http';
import { BASE_HEADERS, pairsOf, type RawHeaders } from './headers.js';

/** A complete response of text, for sockets on which node:http no longer answers. It ends the connection. */
export function rawResponse(status: number, text: string, more: RawHeaders = []): string {
  const headers = pairsOf([
    ...BASE_HEADERS,
    ...more,
    'Content-Type',
    'text/plain; charset=utf-8',
    'Content-Length',
    String(Buffer.byteLength(text)),
    'Connection',
    'close',
  ]);
  const lines = headers.map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, ...lines, '', text].join('\r\n');
}
