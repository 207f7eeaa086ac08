import { quoted } from '../printable.js';
import { type ReadFile, reasonOf } from './file.js';
import type { Origin } from './node-config.js';
import type { SecretSettings } from './option.js';
import type { Sources } from './sources.js';
import { accept, type Parsed, refuse } from './value-type.js';

/** Most secrets a node knows at a time: each costs every message another HMAC. */
export const MAX_SECRETS = 8;

/** The secrets that were given, the one that signs first. None where one of them cannot be had, or two are alike. */
export interface CollectedSecrets {
  readonly secrets: readonly string[];
  readonly origins: { readonly clusterSecret?: Origin; readonly alsoAcceptSecrets?: Origin };
  /** They name places, and never quote a secret. */
  readonly problems: readonly string[];
}

interface Found {
  readonly secret: Parsed<string>;
  readonly origin: Origin;
  /** The variable, or the option and the file it names. */
  readonly place: string;
}

/**
 * Reads a secret from a file; one newline at its end is the editor's, not the secret's. Whatever else is in the file,
 * commas and newlines included, is the one secret that it holds.
 */
function readSecretFile(path: string, readFile: ReadFile): Parsed<string> {
  let text: string;
  try {
    text = readFile(path);
  } catch (error) {
    return refuse(`cannot read ${quoted(path)}: ${reasonOf(error)}`);
  }
  const secret = text.replace(/\r?\n$/, '');
  return secret === '' ? refuse(`${quoted(path)} holds no secret: it is empty`) : accept(secret);
}

/** Brings together what variables and files give. */
export function collectSecrets(settings: SecretSettings, sources: Sources, readFile: ReadFile): CollectedSecrets {
  const originOf = (name: keyof SecretSettings): Origin | undefined => sources.values.get(name)?.origin;
  const given = (name: keyof SecretSettings, secrets: readonly string[]): Found[] => {
    const origin = originOf(name);
    return origin === undefined
      ? []
      : secrets.map((secret) => ({ secret: accept(secret), origin, place: origin.name }));
  };
  const inFiles = (name: keyof SecretSettings, paths: readonly string[]): Found[] => {
    const origin = originOf(name);
    if (origin === undefined) return [];
    return paths.map((path) => {
      return { secret: readSecretFile(path, readFile), origin, place: `${origin.name} (${quoted(path)})` };
    });
  };
  const { clusterSecret, clusterSecretFile } = settings;
  const first = [
    ...given('clusterSecret', clusterSecret === undefined ? [] : [clusterSecret]),
    ...inFiles('clusterSecretFile', clusterSecretFile === undefined ? [] : [clusterSecretFile]),
  ];
  const others = [
    ...given('alsoAcceptSecrets', settings.alsoAcceptSecrets ?? []),
    ...inFiles('alsoAcceptSecretFiles', settings.alsoAcceptSecretFiles ?? []),
  ];
  const twice = givenTwice(originOf('clusterSecret'), originOf('clusterSecretFile'));
  const isMissing = originOf('clusterSecret') === undefined && originOf('clusterSecretFile') === undefined;
  const problems = twice === undefined ? problemsOf(first, others, isMissing) : [twice];
  const secrets = [...first, ...others].flatMap(({ secret }) => (secret.ok ? [secret.value] : []));
  return {
    secrets: problems.length === 0 ? secrets : [],
    origins: {
      ...originAs('clusterSecret', first),
      ...originAs('alsoAcceptSecrets', others),
    },
    problems,
  };
}

/** A secret given twice is a mistake even where both agree: nobody could tell which one signs. */
function givenTwice(secret: Origin | undefined, file: Origin | undefined): string | undefined {
  if (secret === undefined || file === undefined) return undefined;
  return `${secret.name} and ${file.name} both give the cluster secret; give one of them`;
}

function problemsOf(first: readonly Found[], others: readonly Found[], isMissing: boolean): string[] {
  const found = [...first, ...others];
  const problems = found.flatMap(({ secret, origin }) =>
    secret.ok ? [] : [`${origin.name}: ${secret.detail ?? 'cannot be read'}`],
  );
  const [other] = others;
  if (isMissing && other !== undefined) {
    problems.push(
      `${other.origin.name} gives one more secret to accept, but there is none to sign with; ` +
        'give that by REPRAM_CLUSTER_SECRET or --cluster-secret-file',
    );
  }
  if (found.length > MAX_SECRETS) {
    problems.push(`${found.length} secrets are given (${namesOf(found)}); a node takes at most ${MAX_SECRETS}`);
  }
  return [...problems, ...repetitions(found)];
}

/** Two that are alike: somebody believes to have changed a secret, and has not. */
function repetitions(found: readonly Found[]): string[] {
  return found.flatMap(({ secret, place }, index) => {
    const former = found.slice(0, index).find((other) => isSame(other.secret, secret));
    return former === undefined ? [] : [`${former.place} and ${place} give the same secret; give it once`];
  });
}

function isSame(one: Parsed<string>, other: Parsed<string>): boolean {
  return one.ok && other.ok && one.value === other.value;
}

function namesOf(found: readonly Found[]): string {
  return [...new Set(found.map(({ origin }) => origin.name))].join(', ');
}

function originAs<Name extends string>(name: Name, found: readonly Found[]): { readonly [Key in Name]?: Origin } {
  const [first] = found;
  if (first === undefined) return {};
  const origin: Origin = { kind: first.origin.kind, name: namesOf(found) };
  return { [name]: origin } as { readonly [Key in Name]?: Origin };
}
