/**
 * One thing somebody may send, and what the node does about it: the status of its first answer, or `closed` where it ends
 * the connection without one. `abandoned`: the sender leaves before there can be an answer.
 */
export interface HostileInput {
  readonly name: string;
  readonly bytes: string | Uint8Array;
  readonly expect: number | 'closed' | 'abandoned';
  /** The sender ends its half of the connection after the last byte. */
  readonly halfClose?: true;
}

/** Head and body of a request, spelled as given: nothing is checked, a Host is added unless `headers` names one. */
export function requestText(method: string, target: string, headers: readonly string[] = [], body = ''): string {
  const host = headers.some((header) => /^host:/i.test(header)) ? [] : ['Host: node'];
  return [`${method} ${target} HTTP/1.1`, ...host, ...headers, '', body].join('\r\n');
}

/** A request with a body of known length. */
export function requestBytes(
  method: string,
  target: string,
  body: string | Uint8Array,
  headers: readonly string[] = [],
): Uint8Array {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const head = requestText(method, target, [...headers, `Content-Length: ${bytes.byteLength}`]);
  return Buffer.concat([Buffer.from(head, 'latin1'), bytes]);
}

/** Many inputs that are met alike. */
export function each<Shape>(
  shapes: readonly Shape[],
  expect: HostileInput['expect'],
  make: (shape: Shape) => Pick<HostileInput, 'name' | 'bytes'>,
): HostileInput[] {
  return shapes.map((shape) => ({ ...make(shape), expect }));
}
