/** One thing that must hold for the node to be ready. */
export interface ReadinessCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

export interface ReadinessReport {
  readonly ready: boolean;
  /** One word. */
  readonly summary: string;
  /** A line a check: `[+]` holds, `[-]` does not. */
  readonly text: string;
}

/** Whether the node should be sent requests. */
export class Readiness {
  readonly #checks: () => readonly ReadinessCheck[];

  constructor(checks: () => readonly ReadinessCheck[]) {
    this.#checks = checks;
  }

  report(): ReadinessReport {
    const checks = this.#checks();
    const ready = checks.every((check) => check.ok);
    const summary = ready ? 'ready' : 'not ready';
    const lines = checks.map(({ ok, name, detail }) => `[${ok ? '+' : '-'}] ${name}: ${detail}`);
    return { ready, summary, text: `${[...lines, summary].join('\n')}\n` };
  }
}
