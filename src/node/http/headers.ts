import { VERSION } from '../version.js';

/** Header names and values in turn, as `ServerResponse.writeHead` takes them. */
export type RawHeaders = readonly string[];

/** On every answer, whatever became of the request. */
export const BASE_HEADERS: RawHeaders = [
  'X-Content-Type-Options',
  'nosniff',
  'X-Frame-Options',
  'DENY',
  'Referrer-Policy',
  'strict-origin-when-cross-origin',
  'Content-Security-Policy',
  "default-src 'self'",
  'X-REPRAM-Node',
  VERSION,
];

/** What a browser page of any origin may read (wire v1: every origin is echoed). */
const EXPOSED = 'X-Created-At, X-Original-TTL, X-Remaining-TTL, X-REPRAM-Node';

/** CORS headers for an answer to a request from `origin`; none where the request names no origin. */
export function corsHeaders(origin: string | undefined): RawHeaders {
  if (origin === undefined) return [];
  return ['Access-Control-Allow-Origin', origin, 'Access-Control-Expose-Headers', EXPOSED, 'Vary', 'Origin'];
}

/** CORS headers for a preflight request. */
export function preflightHeaders(origin: string | undefined): RawHeaders {
  if (origin === undefined) return [];
  return [
    ...['Access-Control-Allow-Origin', origin, 'Vary', 'Origin'],
    ...['Access-Control-Allow-Methods', 'GET, HEAD, PUT, POST, OPTIONS'],
    ...['Access-Control-Allow-Headers', 'Content-Type, X-TTL, X-Repram-Signature'],
    ...['Access-Control-Max-Age', '3600'],
  ];
}

/** The same headers as pairs, for interfaces that want pairs. */
export function pairsOf(headers: RawHeaders): [name: string, value: string][] {
  const pairs: [string, string][] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) pairs.push([headers[i] as string, headers[i + 1] as string]);
  return pairs;
}
