/** What the benchmark uses of autocannon, which comes without types. */
declare module 'autocannon' {
  interface Request {
    readonly method: string;
    readonly path: string;
    readonly body?: Uint8Array;
  }

  interface Client {
    setRequests(requests: readonly Request[]): void;
  }

  interface Options {
    readonly url: string;
    readonly connections: number;
    /** Seconds. */
    readonly duration: number;
    readonly setupClient: (client: Client) => void;
  }

  interface Result {
    /** Connections that broke, and requests that were given up, among them. */
    readonly errors: number;
  }

  interface Run extends PromiseLike<Result> {
    on(event: 'response', listener: (client: Client, status: number, bytes: number, elapsedMs: number) => void): this;
  }

  function autocannon(options: Options): Run;
  export default autocannon;
}
