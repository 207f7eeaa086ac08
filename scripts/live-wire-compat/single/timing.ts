/** How long checks wait, in milliseconds. */
export interface Timing {
  /** For something that must happen. */
  readonly answerMs: number;
  /** For something that must not. */
  readonly quietMs: number;
  /** For the answer to a write that stays without a quorum. */
  readonly writeMs: number;
  /** For the end of a WebSocket on which nothing more comes. */
  readonly silenceMs: number;
}

export const DEFAULT_TIMING: Timing = { answerMs: 8000, quietMs: 700, writeMs: 30_000, silenceMs: 17_000 };
