import { isHostField } from './host-field.js';

/** The request target of RFC 9112 section 3.2, as far as this server serves it. */
export interface Target {
  /** Still percent-encoded. */
  readonly path: string;
  /** Without the question mark; empty where there is none. */
  readonly query: string;
}

/** Splits a request target. Of the absolute form only path and query count; `undefined` where it is neither form. */
export function parseTarget(url: string): Target | undefined {
  const origin = url.startsWith('/') ? url : stripAuthority(url);
  if (origin === undefined) return undefined;
  const question = origin.indexOf('?');
  if (question < 0) return { path: origin, query: '' };
  return { path: origin.slice(0, question), query: origin.slice(question + 1) };
}

function stripAuthority(url: string): string | undefined {
  const match = /^https?:\/\/([^/?#]+)([/?].*)?$/is.exec(url);
  if (match === null || !isHostField(match[1] ?? '')) return undefined;
  const rest = match[2] ?? '/';
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/** Percent-decodes UTF-8 text; `undefined` where it is malformed. */
export function percentDecode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
