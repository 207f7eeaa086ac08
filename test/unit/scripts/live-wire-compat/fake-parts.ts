import type { IncomingMessage, ServerResponse } from 'node:http';

export interface Info {
  readonly id: string;
  readonly address: string;
  readonly port: number;
  readonly http_port: number;
  readonly enclave: string;
}

export interface Value {
  readonly bytes: Buffer;
  readonly ttl: number;
  readonly createdMs: number;
}

export type Fields = Record<string, unknown>;

export function infoOf(value: unknown): Info | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { id, address, port, http_port: httpPort, enclave } = value as Fields;
  if (typeof id !== 'string' || id === '' || typeof address !== 'string' || !/^[\w.:-]+$/.test(address))
    return undefined;
  if (typeof httpPort !== 'number' || !Number.isInteger(httpPort) || httpPort < 1 || httpPort > 65_535)
    return undefined;
  if (enclave !== undefined && typeof enclave !== 'string') return undefined;
  return { id, address, port: typeof port === 'number' ? port : 0, http_port: httpPort, enclave: enclave || 'default' };
}

export function positiveInteger(text: string | null | undefined): number | undefined {
  return /^[1-9][0-9]*$/.test(text ?? '') ? Number(text) : undefined;
}

export function decode(raw: string): string | undefined {
  try {
    return decodeURIComponent(raw);
  } catch {
    return undefined;
  }
}

export function parse(body: Buffer): Fields | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
  } catch {
    return undefined;
  }
}

export async function read(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

export function send(response: ServerResponse, status: number, body: string | Buffer, type = 'text/plain'): void {
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) }).end(body);
}

export function json(response: ServerResponse, value: unknown): void {
  send(response, 200, JSON.stringify(value), 'application/json');
}

export function refuse(response: ServerResponse, allow: string): void {
  response.setHeader('Allow', allow);
  send(response, 405, 'Method not allowed');
}

export function preflight(response: ServerResponse): void {
  response.setHeader('Access-Control-Allow-Methods', 'GET, HEAD, PUT, OPTIONS');
  response.setHeader('Access-Control-Allow-Headers', 'Content-Type, X-TTL');
  response.setHeader('Access-Control-Max-Age', '3600');
  send(response, 200, '');
}

export function sendValue(response: ServerResponse, value: Value, round: (seconds: number) => number): void {
  const { bytes, ttl, createdMs } = value;
  response.setHeader('X-Created-At', new Date(createdMs).toISOString());
  response.setHeader('X-Original-TTL', ttl);
  response.setHeader('X-Remaining-TTL', round(ttl - (Date.now() - createdMs) / 1000));
  send(response, 200, bytes, 'application/octet-stream');
}
