import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fileKeyOf, flagOf, formatValue, GROUPS, type Option, variableOf } from '../../../../src/node/config/option.js';
import { OPTIONS, SETTING_NAMES } from '../../../../src/node/config/options.js';

const BEGIN = '<!-- options: this section is checked against src/node/config/options.ts by its test -->';
const END = '<!-- end of options -->';

function row(option: Option<never>): string {
  const names = option.isSecret ? ['none', 'none'] : [`\`${flagOf(option)}\``, `\`${fileKeyOf(option)}\``];
  const fallback = formatValue<unknown>(option as unknown as Option<unknown>, option.fallback);
  const shown = fallback.startsWith('(') ? fallback.slice(1, -1) : `\`${fallback}\``;
  const cells = [
    names[0],
    `\`${variableOf(option)}\``,
    names[1],
    shown,
    `${option.summary}. Takes ${option.type.allowed}.`,
  ];
  return `| ${cells.join(' | ')} |`;
}

function renderedOptions(): string {
  const sections = GROUPS.map((group) => {
    const options = SETTING_NAMES.map((name) => OPTIONS[name] as unknown as Option<never>);
    const rows = options.filter((option) => option.group === group).map(row);
    return [
      `### ${group}`,
      '',
      '| flag | variable | file key | default | meaning |',
      '| --- | --- | --- | --- | --- |',
      ...rows,
    ].join('\n');
  });
  return `\n\n${sections.join('\n\n')}\n\n`;
}

/** The formatter pads the cells of tables; that is not what this test is about. */
function unpadded(markdown: string): string {
  return markdown.replace(/ +\|/g, ' |').replace(/-{3,}/g, '---');
}

test('docs/configuration.md lists every option as the option table has it', () => {
  const text = readFileSync(new URL('../../../../docs/configuration.md', import.meta.url), 'utf8');
  const section = text.split(BEGIN)[1]?.split(END)[0];
  expect(unpadded(section ?? '')).toBe(renderedOptions());
});
