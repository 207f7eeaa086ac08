// Compiles src into dist, from nothing, so that no file of a former build is left there.
import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CLI, ROOT, run } from './lib/prepare.mjs';

rmSync(join(ROOT, 'dist'), { recursive: true, force: true });
rmSync(join(ROOT, 'build', 'src.tsbuildinfo'), { force: true });
run(process.execPath, [join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', join(ROOT, 'tsconfig.json')]);
chmodSync(CLI, 0o755);
