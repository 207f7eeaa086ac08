import { describe, expect, test } from 'vitest';
import { configOf, problemsOf } from './input.js';

const withFile = (toml: string) => ({ flags: { config: 'r.toml' }, files: { 'r.toml': toml } });

describe('a configuration file', () => {
  test('takes numbers, booleans, durations and lists in their own TOML types', () => {
    const toml = `
      http_port = 8_081
      trust_proxy = true
      write_timeout = 2.5
      drain_timeout = "1m"
      rate_limit = 0.5
      peers = ["a:80", "[::1]:81"]
      node_id = "é"
    `;
    expect(configOf(withFile(toml))).toMatchObject({
      httpPort: 8081,
      trustProxy: true,
      writeTimeoutMs: 2500,
      drainTimeoutMs: 60_000,
      rateLimit: 0.5,
      peers: [
        { host: 'a', port: 80 },
        { host: '::1', port: 81 },
      ],
      nodeId: 'é',
    });
  });

  test('names key and file of a bad value', () => {
    expect(problemsOf(withFile('http_port = 70000'))).toEqual([
      'r.toml:http_port: "70000" is not allowed; takes a port from 0 to 65535 (--http-port, REPRAM_HTTP_PORT, http_port in the file)',
    ]);
  });

  test.each([
    ['htp_port = 1', 'r.toml: unknown key "htp_port"; did you mean http_port?'],
    ['http-port = 1', 'r.toml: unknown key "http-port"; did you mean http_port?'],
    ['port = 1', 'r.toml: unknown key "port"; did you mean http_port or gossip_port?'],
    ['[http_port]\na = 1', 'r.toml: http_port takes a string, a number, a boolean or a list of strings'],
    ['peers = [1]', 'r.toml: peers takes a string, a number, a boolean or a list of strings'],
    ['node_id = 2026-01-01', 'r.toml: node_id takes a string, a number, a boolean or a list of strings'],
    ['__proto__ = 1', 'r.toml: unknown key "__proto__"'],
    ['"toString" = 1', 'r.toml: unknown key "toString"'],
    ['"\\u001b[2J" = 1', 'r.toml: unknown key "\\x1b[2J"'],
  ])('%j is an error', (toml, problem) => {
    expect(problemsOf(withFile(toml))).toEqual([problem]);
  });

  test.each(['http_port = ', '= 1', '\u0000', 'a = 1\na = 2', 'http_port = 99999999999999999999'])(
    '%j that is no TOML gives a place, not an exception',
    (toml) => {
      const problems = problemsOf(withFile(toml));
      expect(problems).toHaveLength(1);
      expect(problems[0]).toMatch(/^r\.toml:\d+:\d+: /);
      expect(problems[0]).not.toContain('\n');
    },
  );

  test('that cannot be read is an error that names it', () => {
    expect(problemsOf({ flags: { config: '/gone' } })).toEqual([
      `the configuration file "/gone" cannot be read: ENOENT: no such file or directory, open '/gone'`,
    ]);
  });
});
