import { type Check, Deviations, type Group, passed } from '../check.js';
import { expect, expectEqual, expectOneOf, show } from '../expect.js';
import type { Answer } from '../http/exchange.js';
import { dataPath, type Subject } from './subject.js';

function missingHeaders({ headers }: Answer): string[] {
  const missing: string[] = [];
  const want = (kept: boolean, name: string): void => {
    if (!kept) missing.push(`${name}: ${show(headers[name.toLowerCase()])}`);
  };
  want(headers['x-content-type-options'] === 'nosniff', 'X-Content-Type-Options');
  want(headers['x-frame-options'] === 'DENY', 'X-Frame-Options');
  want(Boolean(headers['referrer-policy']), 'Referrer-Policy');
  want(String(headers['content-security-policy'] ?? '').startsWith("default-src 'self'"), 'Content-Security-Policy');
  want(Boolean(headers['x-repram-node']), 'X-REPRAM-Node');
  return missing;
}

const security: Check<Subject> = {
  id: 'headers.security',
  title: 'The security headers and X-REPRAM-Node are on data and control answers, hits and misses',
  reference: 'Client API: headers on every answer',
  level: 'required',
  async run(subject) {
    const key = subject.key('headers');
    const answers: [string, Answer][] = [
      ['PUT', await subject.put(key, 'x')],
      ['GET', await subject.read(key)],
      ['HEAD', await subject.request({ method: 'HEAD', path: dataPath(key) })],
      ['GET of a missing key', await subject.read(subject.key('none'))],
      ['/v1/health', await subject.get('/v1/health')],
      ['/v1/keys', await subject.get('/v1/keys?limit=1')],
    ];
    for (const [name, answer] of answers) {
      const missing = missingHeaders(answer);
      expect(missing.length === 0, `${name}: ${missing.join(', ')}`);
    }
    return passed(`X-REPRAM-Node ${subject.implementation}`);
  },
};

const everywhere: Check<Subject> = {
  id: 'headers.everywhere',
  title: 'The same headers are on unknown paths, wrong methods, preflights and refused gossip',
  reference: 'Client API: headers on every answer',
  level: 'required',
  async run(subject) {
    const post = { method: 'POST', path: '/v1/gossip/message', body: '{not json' };
    const answers: [string, Answer][] = [
      ['unknown path', await subject.get('/nope')],
      ['wrong method', await subject.request({ method: 'DELETE', path: dataPath('x') })],
      ['OPTIONS', await subject.request({ method: 'OPTIONS', path: dataPath('x') })],
      ['refused gossip', await subject.request(post)],
    ];
    const found = new Deviations();
    for (const [name, answer] of answers) {
      const missing = missingHeaders(answer);
      found.unless(missing.length === 0, `${name}: ${missing.join(', ')}`);
    }
    return found.verdict(subject.strict);
  },
};

const preflight: Check<Subject> = {
  id: 'cors.preflight',
  title: 'OPTIONS answers 200, echoes any origin, and names methods, headers and a max-age of 3600',
  reference: 'Client API: OPTIONS',
  level: 'required',
  async run(subject) {
    const origin = `http://origin-${subject.run}.example`;
    const headers = {
      Origin: origin,
      'Access-Control-Request-Method': 'PUT',
      'Access-Control-Request-Headers': 'x-ttl',
    };
    const answer = await subject.request({ method: 'OPTIONS', path: dataPath('x'), headers });
    expectEqual(answer.status, 200, 'status');
    expectEqual(answer.headers['access-control-allow-origin'], origin, 'Access-Control-Allow-Origin');
    const methods = String(answer.headers['access-control-allow-methods'] ?? '');
    expect(/\bGET\b/.test(methods) && /\bPUT\b/.test(methods), `Access-Control-Allow-Methods: ${show(methods)}`);
    expect(Boolean(answer.headers['access-control-allow-headers']), 'no Access-Control-Allow-Headers');
    expectEqual(answer.headers['access-control-max-age'], '3600', 'Access-Control-Max-Age');
    return passed();
  },
};

const simple: Check<Subject> = {
  id: 'cors.simple',
  title: 'A GET from another origin is allowed too',
  reference: 'Client API: OPTIONS',
  level: 'info',
  async run(subject) {
    const origin = `http://origin-${subject.run}.example`;
    const answer = await subject.request({ path: '/v1/health', headers: { Origin: origin } });
    expectEqual(answer.headers['access-control-allow-origin'], origin, 'Access-Control-Allow-Origin');
    return passed();
  },
};

const wrongMethod: Check<Subject> = {
  id: 'methods.wrong',
  title: 'A wrong method is 405 with Allow',
  reference: 'Client API: wrong method',
  level: 'required',
  async run(subject) {
    const found = new Deviations();
    for (const [method, path] of [
      ['DELETE', dataPath('x')],
      ['POST', '/v1/health'],
      ['PUT', '/v1/keys'],
      ['GET', '/v1/gossip/message'],
    ] as const) {
      const answer = await subject.request({ method, path });
      expectOneOf(answer.status, [405, 404], `${method} ${path}`);
      found.unless(answer.status === 405, `${method} ${path} is 404, as the TypeScript node`);
      found.unless(answer.status !== 405 || Boolean(answer.headers.allow), `${method} ${path}: 405 without Allow`);
    }
    return found.verdict(subject.strict);
  },
};

const unknownPath: Check<Subject> = {
  id: 'methods.unknown-path',
  title: 'An unknown path is 404',
  reference: 'Client API',
  level: 'required',
  async run(subject) {
    for (const path of ['/nope', '/v1', '/v2/data/x']) expectEqual((await subject.get(path)).status, 404, path);
    return passed();
  },
};

export const headersGroup: Group<Subject> = {
  title: 'Headers, CORS and methods',
  checks: [security, everywhere, preflight, simple, wrongMethod, unknownPath],
};
