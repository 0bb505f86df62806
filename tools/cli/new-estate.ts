import { randomBytes } from "node:crypto";
import { dirname, extname, join, relative } from "node:path";
import type { Problem } from "../../config/estate-error";
import { ROOT } from "../support/project";

/** What `npm run init` asks, as text: lists of what is separated by spaces. */
export interface InitAnswers {
  readonly accounts: readonly string[];
  readonly environments: readonly string[];
  readonly region: string;
  readonly people: readonly string[];
  readonly repository: string;
  readonly database: readonly string[];
  readonly solution?: string;
  readonly chargeCode?: string;
}

/** What the answers make of an estate file. Not checked: `parseEstate` reports every problem with its path. */
export interface NewEstate {
  readonly estate: Readonly<Record<string, unknown>>;
  /** What no path of the estate shows. */
  readonly problems: readonly Problem[];
}

const BUDGET_USD = 50;
const NONE = "none";

/** The private subnets of a network without a `cidrBlock` of its own. */
const PRIVATE_SUBNETS = "10.0.8.0/23";

export function newEstate(answers: InitAnswers): NewEstate {
  const { region, people, repository } = answers;
  const solution = answers.solution ?? solutionOf(repository);
  const environments = new Map(answers.environments.map((text) => environmentOf(text, solution)));
  const [all] = answers.database;
  const databases = all === "all" ? [...environments.keys()] : answers.database.filter((name) => name !== NONE);
  for (const name of databases) {
    const environment = environments.get(name);
    if (environment) environment["database"] = { allowedCidrBlocks: [PRIVATE_SUBNETS] };
  }
  const estate = {
    solution,
    defaultRegion: region,
    chargeCode: answers.chargeCode ?? `${solution}-0001`,
    ...(repository === NONE ? {} : { repository: repositoryOf(repository) }),
    ...(people.some((each) => each.startsWith("group:")) ? { identityCenter: {} } : {}),
    accounts: Object.fromEntries(answers.accounts.map((text) => accountOf(text, people))),
    environments: Object.fromEntries(environments),
  };
  return { estate, problems: [...repeated(answers), ...unknownDatabases(databases, environments)] };
}

/** A repository: on GitHub, or after `gitlab:` or `azureDevOps:` on that service. */
function repositoryOf(text: string): unknown {
  const [, service, rest = ""] = /^(gitlab|azureDevOps):(.*)$/.exec(text) ?? [];
  if (service === "gitlab") return { gitlab: { project: rest } };
  if (service === undefined) return text;
  const [organization = "", project = "", organizationId = ""] = rest.split(/[/,]/);
  return { azureDevOps: { organization, organizationId, project } };
}

/** The name of the repository, as the estate's names are written. */
function solutionOf(repository: string): string {
  const name = repository === NONE ? "" : (repository.replace(/,.*/, "").split("/").at(-1) ?? "");
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^[^a-z]+|-+$/g, ""); // prettier-ignore
  return plain === "" ? "estate" : plain;
}

/** An account: `<name>,<id>,<email>`, and its kind; `created` is a member that the organization creates. */
function accountOf(text: string, people: readonly string[]): [string, unknown] {
  const [name = "", id = "", email = "", kind = "main"] = text.split(",");
  const account = {
    kind: kind === "created" ? "member" : kind,
    ...(kind === "created" ? { membership: "created" } : {}),
    ...(id === "" ? {} : { id }),
    ...(email === "" ? {} : { email }),
    operators: people,
    admins: people,
    monthlyBudgetUsd: BUDGET_USD,
  };
  return [name, account];
}

/** An environment: `<name>=<account>`, and `,production`. */
function environmentOf(text: string, solution: string): [string, Record<string, unknown>] {
  const [name = "", rest = ""] = text.split("=");
  const [account, kind] = rest.split(",");
  const hardened = { account, profile: "hardened" };
  if (kind === undefined) return [name, hardened];
  const externalId = `${solution}-${name}-${randomBytes(4).toString("hex")}`; // the default is public
  return [name, { account, production: kind === "production" ? true : kind, profile: "hardened", externalId }];
}

/** Names that would replace one another. */
function repeated({ accounts, environments }: InitAnswers): Problem[] {
  const names = {
    accounts: accounts.map((text) => text.split(",")[0] ?? ""),
    environments: environments.map((text) => text.split("=")[0] ?? ""),
  };
  return Object.entries(names).flatMap(([list, all]) =>
    [...new Set(all.filter((name, index) => all.indexOf(name) !== index))].map((name) => ({
      path: `${list}.${name}`,
      expected: "given once",
      got: "it twice",
    })),
  );
}

function unknownDatabases(databases: readonly string[], environments: ReadonlyMap<string, unknown>): Problem[] {
  const known = ["all", NONE, ...environments.keys()].join(", ");
  return databases
    .filter((name) => !environments.has(name))
    .map((name) => ({ path: "--database", expected: `one of ${known}`, got: JSON.stringify(name) }));
}

/** The text of an estate file, in prettier's format. */
export function estateText(estate: NewEstate["estate"], file: string): string {
  const folder = relative(dirname(file), join(ROOT, "config")).replaceAll("\\", "/");
  const inConfig = (name: string) => `${folder === "" ? "." : folder}/${name}`;
  if (extname(file) === ".json")
    return `${printed({ $schema: inConfig("estate.schema.json"), ...estate }, "", (key) => JSON.stringify(key), "")}\n`;
  const plain = (key: string) => (/^[A-Za-z_]\w*$/.test(key) ? key : JSON.stringify(key));
  return `import type { EstateFile } from ${JSON.stringify(inConfig("schema"))};

/* docs/estate.md lists every key. */
const estate: EstateFile = ${printed(estate, "", plain, ",")};

export default estate;
`;
}

const WIDTH = 120;

/** @param comma what follows the last entry of a list on lines of its own */
function printed(value: unknown, indent: string, keyOf: (key: string) => string, comma: string): string {
  const inner = `${indent}  `;
  const lines = (open: string, entries: readonly string[], close: string) =>
    entries.length === 0 ? open + close : `${open}\n${inner}${entries.join(`,\n${inner}`)}${comma}\n${indent}${close}`;
  if (Array.isArray(value)) {
    const items = value.map((item) => printed(item, inner, keyOf, comma));
    const line = `[${items.join(", ")}]`;
    // The longest key before it, and a comma behind it.
    return indent.length + "operators: ".length + line.length + 1 <= WIDTH ? line : lines("[", items, "]");
  }
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, item]) => `${keyOf(key)}: ${printed(item, inner, keyOf, comma)}`);
  return lines("{", entries, "}");
}
