import { quoted } from '../printable.js';
import { type ReadFile, reasonOf } from './file.js';
import type { RawValue } from './sources.js';
import { accept, type Parsed, refuse } from './value-type.js';

/** Reads a secret from a file; one newline at its end is the editor's, not the secret's. Never echoes the content. */
export function readSecretFile(path: string, readFile: ReadFile): Parsed<string> {
  let text: string;
  try {
    text = readFile(path);
  } catch (error) {
    return refuse(`cannot read ${quoted(path)}: ${reasonOf(error)}`);
  }
  const secret = text.replace(/\r?\n$/, '');
  return secret === '' ? refuse(`${quoted(path)} holds no secret: it is empty`) : accept(secret);
}

/** A secret given twice is a mistake even where both agree: nobody could tell which one counts. */
export function secretGivenTwice(secret: RawValue | undefined, file: RawValue | undefined): string | undefined {
  if (secret === undefined || file === undefined) return undefined;
  return `${secret.origin.name} and ${file.origin.name} both give the cluster secret; give one of them`;
}
