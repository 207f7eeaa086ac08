import type { HttpGet, HttpGetAnswer } from '../../omega/ports/http-get.js';
import { BodyTooLong, readBody } from '../client/http.js';
import { guardedLookup, mayDial } from '../transport/dial-guard.js';
import { platformCode } from './platform-code.js';

/** For the whole of one call, in milliseconds: less than the time a source has. */
const CALL_MS = 8000;

/**
 * Fetches over a connection of its own, which is closed afterwards: days lie between two calls. The dial guard applies,
 * and redirects are not followed: the operator has named one place.
 */
export const httpGet: HttpGet = {
  async get(url: string, maxBytes: number): Promise<HttpGetAnswer> {
    if (!URL.canParse(url)) return { kind: 'failed', reason: 'ERR_INVALID_URL' };
    const { origin, pathname, search, hostname } = new URL(url);
    if (!mayDial(hostname.replace(/^\[|\]$/g, ''))) return { kind: 'failed', reason: 'EACCES' };
    const { Agent } = await import('undici');
    const agent = new Agent({ connect: { lookup: guardedLookup, timeout: CALL_MS } });
    try {
      const signal = AbortSignal.timeout(CALL_MS);
      const answer = await agent.request({ method: 'GET', origin, path: pathname + search, signal });
      if (answer.statusCode !== 200) {
        // The agent is destroyed below, and the rest of the answer with it.
        answer.body.on('error', () => undefined);
        return { kind: 'status', status: answer.statusCode };
      }
      return { kind: 'ok', text: Buffer.from(await readBody(answer.body, maxBytes)).toString('utf8') };
    } catch (error) {
      return error instanceof BodyTooLong ? { kind: 'too-long' } : { kind: 'failed', reason: platformCode(error) };
    } finally {
      void agent.destroy();
    }
  },
};
