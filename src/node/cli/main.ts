#!/usr/bin/env node
import { VERSION } from '../version.js';
import { messageOf } from './errors.js';

function die(error: unknown): never {
  process.stderr.write(`repram-node: ${messageOf(error)}\n`);
  process.exit(1);
}

process.on('uncaughtException', die);
process.on('unhandledRejection', die);

const args = process.argv.slice(2);
if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
  process.stdout.write(`${VERSION}\n`);
} else {
  const [{ runCli }, { processIo }] = await Promise.all([import('./run.js'), import('./process-io.js')]);
  const io = processIo();
  const code = await runCli(args, io);
  // Help is written without being waited for.
  await Promise.all([io.stdout.write(''), io.stderr.write('')]);
  process.exit(code);
}
