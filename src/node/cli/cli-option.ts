import { Option } from 'commander';
import type { Completion } from '../config/value-type.js';

/** An option that can tell a shell what its value may be. */
export class CliOption extends Option {
  completion: Completion | undefined;

  completedWith(completion: Completion | undefined): this {
    this.completion = completion;
    return this;
  }
}
