import { describe, expect, test } from 'vitest';
import { BASE_HEADERS, corsHeaders, pairsOf, preflightHeaders } from '../../../../src/node/http/headers.js';
import { rawResponse } from '../../../../src/node/http/raw-response.js';
import { Readiness } from '../../../../src/node/http/readiness.js';
import { reply, replyText } from '../../../../src/node/http/reply.js';
import { VERSION } from '../../../../src/node/version.js';
import { fakeRequest, fakeResponse } from './exchange.js';

describe('headers', () => {
  test('of every answer name the version', () => {
    expect(Object.fromEntries(pairsOf(BASE_HEADERS))).toEqual({
      'X-Content-Type-Options': 'nosniff',
      'X-Frame-Options': 'DENY',
      'Referrer-Policy': 'strict-origin-when-cross-origin',
      'Content-Security-Policy': "default-src 'self'",
      'X-REPRAM-Node': VERSION,
    });
  });

  test('of CORS are there for requests with an origin only', () => {
    expect(corsHeaders(undefined)).toEqual([]);
    expect(preflightHeaders(undefined)).toEqual([]);
    expect(corsHeaders('null')).toContain('null');
    expect(Object.fromEntries(pairsOf(preflightHeaders('https://a.example')))).toMatchObject({
      'Access-Control-Allow-Origin': 'https://a.example',
      Vary: 'Origin',
    });
  });
});

describe('a raw response', () => {
  test('is a whole answer whose length is in bytes, and ends the connection', () => {
    const [head = '', body] = rawResponse(400, 'né').split('\r\n\r\n');
    const [statusLine, ...lines] = head.split('\r\n');
    expect(statusLine).toBe('HTTP/1.1 400 Bad Request');
    expect(body).toBe('né');
    expect(lines).toContain('Content-Length: 3');
    expect(lines).toContain('Connection: close');
    for (const [name, value] of pairsOf(BASE_HEADERS)) expect(lines).toContain(`${name}: ${value}`);
  });

  test('carries further headers, and any status', () => {
    expect(rawResponse(405, '', ['Allow', 'GET'])).toContain('\r\nAllow: GET\r\n');
    expect(rawResponse(599, '')).toMatch(/^HTTP\/1\.1 599 \r\n/);
  });
});

describe('a reply', () => {
  test('is not begun twice', () => {
    const req = fakeRequest();
    const res = fakeResponse(req);
    replyText(req, res, 404, 'first');
    replyText(req, res, 500, 'second');
    expect(res.statusCode).toBe(404);
  });

  test('is not written to a client that is gone', () => {
    const req = fakeRequest();
    const res = fakeResponse(req);
    res.destroy();
    reply(req, res, 200, Buffer.from('x'), []);
    expect(res.headersSent).toBe(false);
  });
});

describe('readiness', () => {
  const holds = { name: 'serving', ok: true, detail: 'yes' };
  const fails = { name: 'peers', ok: false, detail: 'none' };

  test('takes every check', () => {
    expect(new Readiness(() => [holds, holds]).report()).toMatchObject({ ready: true, summary: 'ready' });
    expect(new Readiness(() => [holds, fails]).report()).toMatchObject({ ready: false, summary: 'not ready' });
  });

  test('tells a line a check', () => {
    expect(new Readiness(() => [holds, fails]).report().text).toBe('[+] serving: yes\n[-] peers: none\nnot ready\n');
  });

  test('asks anew each time', () => {
    let ok = true;
    const readiness = new Readiness(() => [{ ...holds, ok }]);
    expect(readiness.report().ready).toBe(true);
    ok = false;
    expect(readiness.report().ready).toBe(false);
  });
});
