import { devNull } from "node:os";
import { isAbsolute } from "node:path";
import { readText } from "../../config/input";
import { UserError } from "../../config/user-error";

/** A way to install providers, as in Terraform's CLI configuration. */
export interface Installation {
  readonly kind: "filesystem_mirror" | "network_mirror" | "direct";
  /** The path or URL of a mirror. */
  readonly at?: string;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
}

/** What the project admits of a CLI configuration. */
export interface CliSettings {
  readonly pluginCache?: string;
  readonly credentials: readonly { readonly host: string; readonly token: string }[];
  /** @default Terraform's own: implied mirrors, then the registry */
  readonly installation?: readonly Installation[];
}

type Value = string | boolean | readonly string[];

/** `name "label" { … }` or `name = value`. */
interface Entry {
  readonly name: string;
  readonly label?: string;
  readonly value?: Value;
  readonly body?: readonly Entry[];
}

/** Settings without effect here: the project decides them. */
const IGNORED = ["disable_checkpoint", "disable_checkpoint_signature", "plugin_cache_may_break_dependency_lock_file"];

const REMEDY = "Remove it, or set TF_CLI_CONFIG_FILE to a file without it.";

/**
 * Reads a CLI configuration strictly: forms that could make Terraform run another provider, ask another host or start
 * a program are refused, and so is any form that this reader does not know.
 *
 * @throws UserError that lists everything refused
 */
export function readCliConfig(file: string): CliSettings {
  const problems: string[] = [];
  const text = file === devNull ? "" : readText(file); // people name it to switch their own configuration off
  const settings = settingsOf(entriesOf(text, file), problems);
  if (problems.length > 0)
    throw new UserError([`Terraform's CLI configuration ${file} can't be used:`, ...problems].join("\n  "));
  return settings;
}

function settingsOf(entries: readonly Entry[], problems: string[]): CliSettings {
  let pluginCache: string | undefined;
  let installation: Installation[] | undefined;
  const credentials: { host: string; token: string }[] = [];
  for (const { name, label, value, body } of entries) {
    if (name === "plugin_cache_dir" && typeof value === "string") pluginCache = value;
    else if (name === "provider_installation" && body)
      installation = [...(installation ?? []), ...body.flatMap((each) => installationOf(each, problems))];
    else if (name === "credentials" && label !== undefined && body)
      credentials.push(...credentialsOf(label, body, problems));
    else if (!(IGNORED.includes(name) && typeof value === "boolean"))
      problems.push(
        `a setting must be plugin_cache_dir, provider_installation, credentials or disable_checkpoint, got ${name}. ${REMEDY}`,
      );
  }
  return { pluginCache, credentials, installation };
}

function credentialsOf(host: string, body: readonly Entry[], problems: string[]): CliSettings["credentials"] {
  const token = body.find((each) => each.name === "token")?.value;
  if (typeof token === "string" && body.length === 1 && /^[\w.-]+$/.test(host)) return [{ host, token }];
  problems.push(`credentials "${host}" must name a host without port, and hold only a token. ${REMEDY}`);
  return [];
}

/** The name of the key that says where a mirror is. */
const PLACE = { filesystem_mirror: "path", network_mirror: "url", direct: undefined };

function installationOf({ name, value, body = [] }: Entry, problems: string[]): Installation[] {
  const where = `provider_installation.${name}`;
  if (name === "dev_overrides") {
    const overridden = body.map((each) => `${each.name} = "${String(each.value)}"`).join(", ");
    problems.push(`${where} must be absent, got ${overridden}: no lock file checks these providers. ${REMEDY}`);
    return [];
  }
  if (!(name in PLACE) || value !== undefined) {
    problems.push(
      `provider_installation must hold filesystem_mirror, network_mirror or direct, got ${name}. ${REMEDY}`,
    );
    return [];
  }
  const kind = name as Installation["kind"];
  const place = PLACE[kind];
  const known = [place, "include", "exclude"];
  const of = (key: string | undefined) => body.find((each) => each.name === key)?.value;
  const [at, include, exclude] = [of(place), of("include"), of("exclude")];
  if (
    body.some((each) => !known.includes(each.name)) ||
    (place !== undefined && typeof at !== "string") ||
    (kind === "filesystem_mirror" && !isAbsolute(String(at))) ||
    [include, exclude].some((list) => list !== undefined && !Array.isArray(list))
  ) {
    const what = { filesystem_mirror: "an absolute path", network_mirror: "a url", direct: "nothing" }[kind];
    problems.push(
      `${where} must hold ${what}, and may hold lists named include and exclude, got other settings. ${REMEDY}`,
    );
    return [];
  }
  return [
    {
      kind,
      at: at as string | undefined,
      include: include as readonly string[] | undefined,
      exclude: exclude as readonly string[] | undefined,
    },
  ];
}

/** The settings as a CLI configuration, without credentials. */
export function cliConfigText({ pluginCache, installation = [] }: Omit<CliSettings, "credentials">): string {
  const list = (name: string, values?: readonly string[]) =>
    values === undefined ? [] : [`    ${name} = [${values.map(quoted).join(", ")}]`];
  return [
    "disable_checkpoint = true",
    ...(pluginCache === undefined ? [] : [`plugin_cache_dir = ${quoted(pluginCache)}`]),
    "provider_installation {",
    ...installation.flatMap(({ kind, at, include, exclude }) => [
      `  ${kind} {`,
      ...(at === undefined ? [] : [`    ${PLACE[kind] ?? ""} = ${quoted(at)}`]),
      ...list("include", include),
      ...list("exclude", exclude),
      "  }",
    ]),
    "}",
    "",
  ].join("\n");
}

const quoted = (text: string): string => JSON.stringify(text);

const TOKEN = /(?:\s|#.*|\/\/.*|\/\*[\s\S]*?\*\/)*("(?:[^"\\\n]|\\["\\nt])*"|[A-Za-z_][\w-]*|[={}[\],:])?/y;

/** The entries of a text in the part of HCL that such files use: blocks, strings, booleans, and lists of strings. */
function entriesOf(text: string, file: string): readonly Entry[] {
  let at = 0;
  const fail = (): never => {
    const line = text.slice(0, at).split("\n").length;
    throw new UserError(
      `Terraform's CLI configuration ${file} can't be used: line ${line} must be a setting such as plugin_cache_dir = "/cache". ` +
        "Write it without interpolation, heredocs and JSON, or set TF_CLI_CONFIG_FILE to another file.",
    );
  };
  const peek = (): string | undefined => {
    TOKEN.lastIndex = at;
    return TOKEN.exec(text)?.[1];
  };
  const next = (): string | undefined => {
    const token = peek();
    at = token === undefined ? at : TOKEN.lastIndex;
    return token;
  };
  const expect = (wanted: string) => (next() === wanted ? undefined : fail());
  const string = (token: string | undefined): string =>
    token?.startsWith('"') && !token.includes("${") ? (JSON.parse(token) as string) : fail();

  const value = (): Value => {
    const token = next();
    if (token === "true" || token === "false") return token === "true";
    if (token !== "[") return string(token);
    const values: string[] = [];
    while (peek() !== "]") {
      values.push(string(next()));
      if (peek() === ",") next();
    }
    next();
    return values;
  };
  const entry = (token: string): Entry => {
    const name = token.startsWith('"') ? string(token) : /^\w/.test(token) ? token : fail();
    const label = peek()?.startsWith('"') ? string(next()) : undefined;
    if (label === undefined && (peek() === "=" || peek() === ":")) {
      next();
      if (peek() !== "{") return { name, value: value() };
    }
    expect("{");
    const body = entries("}");
    return { name, label, body };
  };
  const entries = (end: string | undefined): Entry[] => {
    const found: Entry[] = [];
    for (let token = next(); token !== end; token = next()) {
      if (token === undefined) fail();
      else if (token !== ",") found.push(entry(token));
    }
    return found;
  };
  const all = entries(undefined);
  // Whatever is left is no token of this grammar.
  TOKEN.lastIndex = at;
  TOKEN.exec(text);
  return TOKEN.lastIndex === text.length || text.slice(TOKEN.lastIndex).trim() === "" ? all : fail();
}
