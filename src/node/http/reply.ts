import type { IncomingMessage, ServerResponse } from 'node:http';
import { BASE_HEADERS, corsHeaders, type RawHeaders } from './headers.js';

const TEXT: RawHeaders = ['Content-Type', 'text/plain; charset=utf-8'];

/** Answers with a body of text. Does nothing where the answer has begun or the client is gone. */
export function replyText(
  req: IncomingMessage,
  res: ServerResponse,
  status: number,
  text: string,
  headers: RawHeaders = [],
): void {
  reply(req, res, status, Buffer.from(text), [...TEXT, ...headers]);
}

/** Answers with `body`, to HEAD without it. Does nothing where the answer has begun or the client is gone. */
export function reply(
  req: IncomingMessage,
  res: ServerResponse,
  status: number,
  body: Uint8Array,
  headers: RawHeaders,
): void {
  if (res.headersSent || res.destroyed) return;
  const all = [...BASE_HEADERS, ...headers, ...corsHeaders(req.headers.origin)];
  all.push('Content-Length', String(body.byteLength));
  res.writeHead(status, all);
  if (req.method === 'HEAD') res.end();
  else res.end(body);
}

/** 405, naming what is allowed (RFC 9110 section 15.5.6). */
export function replyMethodNotAllowed(req: IncomingMessage, res: ServerResponse, allow: string): void {
  replyText(req, res, 405, `Method not allowed; allowed: ${allow}`, ['Allow', allow]);
}
