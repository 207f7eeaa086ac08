import { expect } from 'vitest';
import { VERSION } from '../../../src/node/version.js';

/** What every answer carries, whatever became of the request. */
export const BASE_HEADERS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'content-security-policy': "default-src 'self'",
  'x-repram-node': VERSION,
};

export function expectBaseHeaders(headers: Readonly<Record<string, string>>): void {
  expect(headers).toMatchObject(BASE_HEADERS);
}
