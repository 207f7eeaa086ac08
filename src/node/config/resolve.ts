import { quoted } from '../printable.js';
import { crossFieldProblems, likelyMistakes } from './checks.js';
import type { NodeConfig, Origin, Origins } from './node-config.js';
import { collectPublicKeys } from './omega-keys.js';
import { namesOf, type SettingName, type Settings } from './option.js';
import { OPTIONS, SETTING_NAMES } from './options.js';
import { profileDefaults } from './profile.js';
import { collectSecrets } from './secret.js';
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
  return configOf(defaultSettings(), []);
}

function defaultSettings(): Settings {
  return Object.fromEntries(SETTING_NAMES.map(defaultValue)) as unknown as Settings;
}

function configOf(settings: Settings, clusterSecrets: readonly string[]): NodeConfig {
  const {
    clusterSecret: _s,
    clusterSecretFile: _f,
    alsoAcceptSecrets: _o,
    alsoAcceptSecretFiles: _of,
    ...rest
  } = settings;
  return { ...rest, clusterSecrets };
}

function newDraft(sources: Sources): Draft {
  return {
    settings: defaultSettings(),
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

function applyProfile(sources: Sources, draft: Draft): void {
  const derived = profileDefaults(draft.settings, (field) => sources.values.has(field));
  for (const field of ['pingIntervalMs', 'pingTimeoutMs'] as const) {
    const setting = derived[field];
    if (setting === undefined) continue;
    draft.settings[field] = setting.value;
    draft.origins[field] = setting.origin;
  }
}

/** The keys of the file join those given; they are shown as one list. */
function applyPublicKeys({ settings, origins, problems }: Draft, readFile: ConfigInput['readFile']): void {
  const { omegaPublicKeys: given, omegaPublicKeyFile: path } = settings;
  const collected = collectPublicKeys(given, path, origins.omegaPublicKeyFile.name, readFile);
  settings.omegaPublicKeys = collected.keys;
  if (path !== undefined && given.length === 0) origins.omegaPublicKeys = origins.omegaPublicKeyFile;
  problems.push(...collected.problems);
}

/** Works out the configuration of a node: flags, then `REPRAM_*`, then the file, then defaults. Never throws. */
export function resolveConfig(input: ConfigInput): ConfigResult {
  const sources = collectSources(input);
  const draft = newDraft(sources);
  for (const [name, raw] of sources.values) applySetting(name, raw, draft);
  applyProfile(sources, draft);
  const secrets = collectSecrets(draft.settings, sources, input.readFile);
  applyPublicKeys(draft, input.readFile);

  const config = configOf(draft.settings, secrets.secrets);
  const { clusterSecretFile: _file, alsoAcceptSecretFiles: _files, ...settingOrigins } = draft.origins;
  const origins = { ...settingOrigins, ...secrets.origins };
  const problems = [...draft.problems, ...secrets.problems, ...crossFieldProblems(config, origins, draft.faulty)];
  if (problems.length > 0) return { ok: false, problems, warnings: sources.warnings };
  return { ok: true, config, origins, warnings: [...sources.warnings, ...likelyMistakes(config)] };
}
