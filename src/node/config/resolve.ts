import { quoted } from '../printable.js';
import { crossFieldProblems, likelyMistakes } from './checks.js';
import type { NodeConfig, Origin, Origins } from './node-config.js';
import { namesOf, type SettingName, type Settings } from './option.js';
import { OPTIONS, SETTING_NAMES } from './options.js';
import { readSecretFile, secretGivenTwice } from './secret.js';
import { type ConfigInput, collectSources, type RawValue, type Sources } from './sources.js';

/** A configuration that is fit to start, or everything that is wrong with it at once. */
export type ConfigResult =
  | {
      readonly ok: true;
      readonly config: NodeConfig;
      readonly origins: Origins;
      readonly warnings: readonly string[];
    }
  | { readonly ok: false; readonly problems: readonly string[]; readonly warnings: readonly string[] };

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

interface Draft {
  readonly settings: Mutable<Settings>;
  readonly origins: Record<SettingName, Origin>;
  readonly faulty: Set<SettingName>;
  readonly problems: string[];
}

const FROM_DEFAULT: Origin = { kind: 'default', name: 'default' };

function defaultValue<Name extends SettingName>(name: Name): readonly [Name, Settings[Name]] {
  return [name, OPTIONS[name].fallback];
}

/** The configuration of a node that is told nothing. */
export function defaultConfig(): NodeConfig {
  const { clusterSecretFile: _, ...config } = Object.fromEntries(
    SETTING_NAMES.map(defaultValue),
  ) as unknown as Settings;
  return config;
}

function newDraft(sources: Sources): Draft {
  return {
    settings: { ...defaultConfig(), clusterSecretFile: undefined },
    origins: Object.fromEntries(SETTING_NAMES.map((name) => [name, FROM_DEFAULT])) as Record<SettingName, Origin>,
    faulty: new Set(),
    problems: [...sources.problems],
  };
}

function badValue(name: SettingName, raw: RawValue, detail: string | undefined): string {
  const option = OPTIONS[name];
  const value = option.isSecret ? 'this value' : quoted(raw.text);
  const why = detail === undefined ? '' : `: ${detail}`;
  return `${raw.origin.name}: ${value} is not allowed${why}; takes ${option.type.allowed} (${namesOf(option)})`;
}

function applySetting<Name extends SettingName>(name: Name, raw: RawValue, draft: Draft): void {
  const parsed = OPTIONS[name].type.parse(raw.text);
  draft.origins[name] = raw.origin;
  if (parsed.ok) {
    draft.settings[name] = parsed.value;
  } else {
    draft.faulty.add(name);
    draft.problems.push(badValue(name, raw, parsed.detail));
  }
}

function applySecretFile(sources: Sources, input: ConfigInput, draft: Draft): void {
  const raw = sources.values.get('clusterSecretFile');
  const twice = secretGivenTwice(sources.values.get('clusterSecret'), raw);
  if (twice !== undefined) draft.problems.push(twice);
  const path = draft.settings.clusterSecretFile;
  if (raw === undefined || path === undefined || twice !== undefined) return;
  const secret = readSecretFile(path, input.readFile);
  if (secret.ok) {
    draft.settings.clusterSecret = secret.value;
    draft.origins.clusterSecret = raw.origin;
  } else {
    draft.problems.push(`${raw.origin.name}: ${secret.detail ?? 'cannot be read'}`);
  }
}

/** Works out the configuration of a node: flags, then `REPRAM_*`, then the file, then defaults. Never throws. */
export function resolveConfig(input: ConfigInput): ConfigResult {
  const sources = collectSources(input);
  const draft = newDraft(sources);
  for (const [name, raw] of sources.values) applySetting(name, raw, draft);
  applySecretFile(sources, input, draft);

  const { clusterSecretFile: _file, ...config } = draft.settings;
  const { clusterSecretFile: _origin, ...origins } = draft.origins;
  const problems = [...draft.problems, ...crossFieldProblems(config, origins, draft.faulty as Set<keyof NodeConfig>)];
  if (problems.length > 0) return { ok: false, problems, warnings: sources.warnings };
  return { ok: true, config, origins, warnings: [...sources.warnings, ...likelyMistakes(config)] };
}
