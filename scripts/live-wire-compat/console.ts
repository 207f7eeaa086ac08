import type { Report } from './report.js';
import type { CheckResult, Listener, Status } from './runner.js';

const MARKS: Readonly<Record<Status, string>> = { passed: '✓', failed: '✗', info: 'ℹ', skipped: '–' };
const COLOURS: Readonly<Record<Status, string>> = { passed: '32', failed: '31', info: '36', skipped: '2' };

export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

/** The list of checks as it grows. */
export class ConsoleList implements Listener {
  readonly #output: Output;

  constructor(output: Output) {
    this.#output = output;
  }

  targetStarted(title: string): void {
    this.#line(`\n${this.#paint('1', title)}`);
  }

  groupStarted(title: string): void {
    this.#line(`  ${title}`);
  }

  checkEnded(result: CheckResult): void {
    const mark = this.#paint(COLOURS[result.status], MARKS[result.status]);
    const duration = this.#paint('2', `${(result.durationMs / 1000).toFixed(2)} s`);
    this.#line(`    ${mark} ${result.id}: ${result.title}  ${duration}`);
    if (result.detail !== undefined) this.#line(this.#paint('2', `        ${result.detail}`));
  }

  targetFailed(error: string): void {
    this.#line(`  ${this.#paint(COLOURS.failed, MARKS.failed)} ${error}`);
  }

  /** The end of what a node printed, for a cluster that failed. */
  log(node: string, lines: string): void {
    if (lines !== '') this.#line(`  Last words of ${node}:\n${lines.replace(/^/gm, '    | ')}`);
  }

  ended(report: Report): void {
    const { passed, failed, info, skipped } = report.summary;
    const seconds = (report.durationMs / 1000).toFixed(1);
    this.#line(`\n${passed} passed, ${failed} failed, ${info} info, ${skipped} skipped in ${seconds} s`);
    this.#line(report.ok ? 'Conforms.' : 'Does not conform.');
  }

  #line(text: string): void {
    this.#output.write(`${text}\n`);
  }

  #paint(code: string, text: string): string {
    return this.#output.isTTY === true ? `\u001b[${code}m${text}\u001b[0m` : text;
  }
}
