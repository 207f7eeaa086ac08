import { readFile, writeFile } from 'node:fs/promises';

const END = '<!-- /drill -->';

/** @throws where the page cannot be read, or has no place for the table of this command */
export async function expectPlace(file: string, command: string): Promise<void> {
  replaceBlock(await readFile(file, 'utf8'), command, '');
}

/**
 * Puts `text` into a page, in place of what stands between the marks of this command.
 *
 * @throws where the page has no such marks
 */
export async function writeIntoPage(file: string, command: string, text: string): Promise<void> {
  await writeFile(file, replaceBlock(await readFile(file, 'utf8'), command, text));
}

export function replaceBlock(page: string, command: string, text: string): string {
  const begin = `<!-- drill: ${command} -->`;
  const from = page.indexOf(begin);
  const to = page.indexOf(END, from);
  if (from < 0 || to < 0) throw new Error(`the page has no ${begin} … ${END}`);
  return `${page.slice(0, from + begin.length)}\n${text}\n${page.slice(to)}`;
}
