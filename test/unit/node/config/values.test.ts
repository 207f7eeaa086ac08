import { describe, expect, test } from 'vitest';
import { fileKeyOf, flagOf, type SettingName, variableOf } from '../../../../src/node/config/option.js';
import { OPTIONS, SETTING_NAMES } from '../../../../src/node/config/options.js';
import { configOf, problemsOf } from './input.js';

const MANY_PEERS = Array.from({ length: 1001 }, (_, index) => `h${index}:80`).join(',');

const GOOD: readonly (readonly [SettingName, string, unknown])[] = [
  ['httpPort', '0', 0],
  ['httpPort', '65535', 65_535],
  ['httpPort', ' 8081 ', 8081],
  ['gossipPort', '0', 0],
  ['host', '0.0.0.0', '0.0.0.0'],
  ['host', '::', '::'],
  ['host', '[::1]', '::1'],
  ['host', 'FE80::1%eth0', 'fe80::1%eth0'],
  ['host', 'Localhost', 'localhost'],
  ['address', '[2001:DB8::1]', '2001:db8::1'],
  ['address', 'Node-1.Example.ORG', 'node-1.example.org'],
  ['nodeId', 'n', 'n'],
  ['nodeId', 'é'.repeat(128), 'é'.repeat(128)],
  ['network', 'Private', 'private'],
  ['peers', '', []],
  ['peers', ' , ,', []],
  [
    'peers',
    ' a:80, ,[::1]:8081,',
    [
      { host: 'a', port: 80 },
      { host: '::1', port: 8081 },
    ],
  ],
  ['enclave', 'blue team', 'blue team'],
  ['replication', '1', 1],
  ['replication', '1000', 1000],
  ['minTtlSeconds', '1', 1],
  ['maxTtlSeconds', '2147483647', 2_147_483_647],
  ['writeTimeoutMs', '5', 5000],
  ['writeTimeoutMs', '0.25', 250],
  ['writeTimeoutMs', '500ms', 500],
  ['writeTimeoutMs', '1.5s', 1500],
  ['writeTimeoutMs', '2m', 120_000],
  ['maxMessageAgeMs', '0', 0],
  ['maxMessageAgeMs', '10s', 10_000],
  ['profile', 'WAN', 'wan'],
  ['rateLimit', '0.5', 0.5],
  ['rateLimit', '250', 250],
  ['trustProxy', 'true', true],
  ['trustProxy', '1', true],
  ['trustProxy', 'YES', true],
  ['trustProxy', 'false', false],
  ['trustProxy', '0', false],
  ['trustProxy', 'no', false],
  ['logLevel', 'debug', 'debug'],
  ['logFormat', 'json', 'json'],
  ['maxStorageBytes', '0', 0],
  ['maxStorageBytes', '64', 67_108_864],
  ['repairBandwidth', '0', 0],
  ['repairBandwidth', '4', 4_194_304],
  ['inbound', 'false', 'false'],
  ['maxChildren', '0', 0],
  ['cacheDir', './cache', './cache'],
  ['pingIntervalMs', '10m', 600_000],
  ['pingTimeoutMs', '10ms', 10],
  ['syncIntervalMs', '1h', 3_600_000],
  ['recoveryIntervalMs', '100ms', 100],
  ['drainTimeoutMs', '0', 0],
];

const BAD: readonly (readonly [SettingName, string])[] = [
  ['httpPort', '-1'],
  ['httpPort', '65536'],
  ['httpPort', '80.5'],
  ['httpPort', '0x50'],
  ['httpPort', '1e3'],
  ['httpPort', 'http'],
  ['httpPort', '９'],
  ['httpPort', '9'.repeat(400)],
  ['gossipPort', '65536'],
  ['host', '1.2.3.4:80'],
  ['host', '[::1'],
  ['host', '1.2.3.256'],
  ['host', 'lo%eth0'],
  ['host', '*'],
  ['address', 'a b'],
  ['address', 'host:8080'],
  ['address', 'http://host'],
  ['nodeId', 'a\u0000b'],
  ['nodeId', 'a\nb'],
  ['nodeId', 'a\u0085b'],
  ['nodeId', 'é'.repeat(129)],
  ['network', 'secret'],
  ['peers', 'a'],
  ['peers', 'a:0'],
  ['peers', 'a:80,::1:80'],
  ['peers', 'a:80;b:80'],
  ['peers', MANY_PEERS],
  ['enclave', 'x'.repeat(257)],
  ['replication', '0'],
  ['replication', '1001'],
  ['minTtlSeconds', '0'],
  ['maxTtlSeconds', '2147483648'],
  ['writeTimeoutMs', '5 minutes'],
  ['writeTimeoutMs', '-5s'],
  ['writeTimeoutMs', '.5'],
  ['writeTimeoutMs', '0'],
  ['writeTimeoutMs', 'Infinity'],
  ['writeTimeoutMs', '11m'],
  ['rateLimit', '0'],
  ['rateLimit', '-1'],
  ['rateLimit', 'NaN'],
  ['rateLimit', '1e9'],
  ['trustProxy', 'maybe'],
  ['trustProxy', '2'],
  ['logLevel', 'trace'],
  ['logFormat', 'text'],
  ['maxStorageBytes', '1.5'],
  ['maxStorageBytes', '-1'],
  ['repairBandwidth', '0.5'],
  ['maxStorageBytes', '1048577'],
  ['inbound', 'yes please'],
  ['maxChildren', '10001'],
  ['cacheDir', 'a\u0000b'],
  ['pingIntervalMs', '99ms'],
  ['pingIntervalMs', '11m'],
  ['maxMessageAgeMs', '9s'],
  ['maxMessageAgeMs', '25h'],
  ['profile', 'moon'],
  ['pingTimeoutMs', '9ms'],
  ['pingTimeoutMs', '61s'],
  ['syncIntervalMs', '0'],
  ['recoveryIntervalMs', '2h'],
  ['drainTimeoutMs', '11m'],
];

// Neighbours that keep the cross-field checks out of the way.
const ROOM = { REPRAM_MIN_TTL: '1', REPRAM_MAX_TTL: '2147483647', REPRAM_PING_TIMEOUT: '10ms' };

describe('a value that is allowed', () => {
  test.each(GOOD)('%s takes %j from a variable', (name, text, expected) => {
    const config = configOf({ env: { ...ROOM, [variableOf(OPTIONS[name])]: text } });
    expect(config[name as keyof typeof config]).toEqual(expected);
  });

  test.each(GOOD)('%s takes %j from a flag', (name, text, expected) => {
    const config = configOf({ env: ROOM, flags: { [OPTIONS[name].name]: text } });
    expect(config[name as keyof typeof config]).toEqual(expected);
  });
});

describe('a value that is not allowed', () => {
  test.each(BAD)('%s refuses %j and names flag, variable, key and what is allowed', (name, text) => {
    const option = OPTIONS[name];
    const problems = problemsOf({ env: { ...ROOM, [variableOf(option)]: text } });
    expect(problems).toHaveLength(1);
    const [problem = ''] = problems;
    for (const part of [flagOf(option), variableOf(option), fileKeyOf(option), option.type.allowed]) {
      expect(problem).toContain(part);
    }
    expect(problem).toMatch(/^REPRAM_\w+: "/);
  });

  test('names the item of a list that is at fault', () => {
    expect(problemsOf({ flags: { peers: 'a:80,b' } })[0]).toContain('"b" is not host:port');
  });

  test('cannot steer the terminal through the message that quotes it', () => {
    const [problem = ''] = problemsOf({ env: { REPRAM_NODE_ID: '\u001b]0;owned\u0007\u202e' } });
    expect(problem).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
    expect(problem).toContain('\\x1b]0;owned\\x07\\u202e');
  });

  test('is cut in the message where it is very long', () => {
    expect(problemsOf({ env: { REPRAM_NODE_ID: 'x'.repeat(100_000) } })[0]?.length).toBeLessThan(500);
  });

  test('an empty flag is not taken for a flag that was left out', () => {
    expect(problemsOf({ flags: { 'node-id': '', 'http-port': '' } })).toHaveLength(2);
  });
});

describe('every option', () => {
  test.each(SETTING_NAMES)('%s prints a default that it reads back', (name) => {
    const { type, fallback } = OPTIONS[name];
    if (fallback === undefined) return expect(OPTIONS[name].unset).toBeTypeOf('string');
    const text = (type.format as (value: unknown) => string)(fallback);
    expect(type.parse(text)).toEqual({ ok: true, value: fallback });
  });

  test.each(GOOD)('%s prints the value of %j so that it reads it back', (name, _, value) => {
    const { type } = OPTIONS[name];
    expect(type.parse((type.format as (value: unknown) => string)(value))).toEqual({ ok: true, value });
  });
});
