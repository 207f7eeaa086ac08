// `npm test [-- vitest arguments]` on a fresh clone: installs, builds, runs every test.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { whenOrphaned } from './lib/orphan.mjs';
import { build, install, ROOT } from './lib/prepare.mjs';

install();
build();
const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
const child = spawn(process.execPath, [vitest, 'run', ...process.argv.slice(2)], { cwd: ROOT, stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
whenOrphaned(() => child.kill('SIGTERM'));
child.on('exit', (code) => process.exit(code ?? 1));
