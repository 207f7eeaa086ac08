import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';

/** A request that came over no network: `remoteAddress` says from where it pretends to come. */
export function fakeRequest(
  headers: Readonly<Record<string, string>> = {},
  remoteAddress = '192.0.2.1',
): IncomingMessage {
  const socket = new Socket();
  Object.defineProperty(socket, 'remoteAddress', { value: remoteAddress });
  const req = new IncomingMessage(socket);
  req.method = 'GET';
  req.url = '/';
  req.httpVersionMajor = 1;
  req.httpVersionMinor = 1;
  Object.assign(req.headers, headers);
  req.rawHeaders = Object.entries(headers).flat();
  return req;
}

/** The response to a request; `statusCode` and `getHeaders` tell what was answered. */
export function fakeResponse(req: IncomingMessage): ServerResponse {
  return new ServerResponse(req);
}
