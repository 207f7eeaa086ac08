// Compiles src into dist, from nothing, so that no file of a former build is left there.
import { chmodSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BUILD_STAMP, CLI, ROOT, run } from './lib/prepare.mjs';

const startedAt = new Date();
rmSync(BUILD_STAMP, { force: true });

rmSync(join(ROOT, 'dist'), { recursive: true, force: true });
rmSync(join(ROOT, 'build', 'src.tsbuildinfo'), { force: true });
run(process.execPath, [join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', join(ROOT, 'tsconfig.json')]);
chmodSync(CLI, 0o755);
mkdirSync(dirname(BUILD_STAMP), { recursive: true });
// The time the build began: a source changed meanwhile is newer.
writeFileSync(BUILD_STAMP, '');
utimesSync(BUILD_STAMP, startedAt, startedAt);
