import { STATEFUL_TYPES } from "../../review/stateful";
import {
  differingKeys,
  isObject,
  listOf,
  objectOf,
  terraformKeys,
  sameJson,
  type JsonObject,
} from "../../support/json";

/** Sections whose blocks have labels: the number of labels, and the name of a block. */
const LABELLED: Readonly<
  Record<string, { readonly labels: number; readonly name: (labels: readonly string[]) => string }>
> = {
  resource: { labels: 2, name: (labels) => labels.join(".") },
  data: { labels: 2, name: (labels) => ["data", ...labels].join(".") },
  ephemeral: { labels: 2, name: (labels) => ["ephemeral", ...labels].join(".") },
  output: { labels: 1, name: ([label = ""]) => `output ${label}` },
  variable: { labels: 1, name: ([label = ""]) => `variable ${label}` },
  module: { labels: 1, name: ([label = ""]) => `module ${label}` },
  locals: { labels: 1, name: ([label = ""]) => `local ${label}` },
};

/** Sections listed first: they affect the whole stack. */
const FIRST = ["terraform", "provider"];

type Blocks = ReadonlyMap<string, unknown>;

/**
 * The differences of a stack, a line each: blocks by address with the attributes that differ (`aws_vpc.vpc: tags`), new
 * blocks and removed ones. What an apply destroys comes first. Empty if both versions are the same for Terraform.
 * @param now the content of the stack's `cdk.tf.json`
 * @param before the same file of the other commit
 */
export function differencesOf(now: JsonObject, before: JsonObject): string[] {
  const sections = differingKeys(before, now);
  const inOrder = [
    ...FIRST.filter((each) => sections.includes(each)),
    ...sections.filter((each) => !FIRST.includes(each)),
  ];
  const all = inOrder.flatMap((section) => {
    const lines = differingBlocks(blocksOf(section, now[section]), blocksOf(section, before[section]));
    // Reported even if no named block differs.
    return lines.length > 0 ? lines : [`${section} has changed`];
  });
  const removed = removedResources(now, before);
  return [...removed.values(), ...all.filter((line) => !removed.has(line))];
}

/** The end of the line of a resource whose content is lost. Such a line is never left out. */
const DESTROYS = ": apply destroys ";

export const isDataLoss = (line: string): boolean => line.includes(DESTROYS);

/** Lines of resources that an apply destroys, by the line without what is lost. Those with content come first. */
function removedResources(now: JsonObject, before: JsonObject): ReadonlyMap<string, string> {
  const [then, present] = [blocksOf("resource", before["resource"]), blocksOf("resource", now["resource"])];
  // A resource that is moved or forgotten stays in AWS.
  const kept = new Set([...listOf(now["moved"]), ...listOf(now["removed"])].map((block) => objectOf(block)["from"]));
  const lines = [...then.keys()]
    .filter((name) => !present.has(name) && !kept.has(name))
    .map((name): readonly [string, string] => {
      const type = name.split(".")[0] ?? "";
      const lost = Object.hasOwn(STATEFUL_TYPES, type) ? STATEFUL_TYPES[type] : undefined;
      const line = `${name} is removed`;
      return [line, lost === undefined ? line : `${line}${DESTROYS}${lost}`];
    });
  return new Map([...lines.filter(([, line]) => isDataLoss(line)), ...lines.filter(([, line]) => !isDataLoss(line))]);
}

function differingBlocks(now: Blocks, before: Blocks): string[] {
  return [...new Set([...before.keys(), ...now.keys()])].flatMap((name) => {
    if (!before.has(name)) return [`${name} is new`];
    if (!now.has(name)) return [`${name} is removed`];
    const [one, other] = [before.get(name), now.get(name)];
    if (sameJson(one, other)) return [];
    return [
      isObject(one) && isObject(other) ? `${name}: ${differingKeys(one, other).join(", ")}` : `${name} has changed`,
    ];
  });
}

/** The blocks of a section of the JSON, by display name. */
function blocksOf(section: string, value: unknown): Blocks {
  if (!isObject(value)) return new Map(value === undefined ? [] : [[section, value]]);
  if (section === "terraform") return settings(value);
  if (section === "provider") return providers(value);
  const kind = LABELLED[section];
  return new Map(
    kind ? unlabelled(value, kind.labels).map(([labels, block]) => [kind.name(labels), block]) : [[section, value]],
  );
}

function unlabelled(value: unknown, depth: number): (readonly [labels: readonly string[], block: unknown])[] {
  if (depth === 0 || !isObject(value)) return [[[], value]];
  return terraformKeys(value).flatMap((label) =>
    unlabelled(value[label], depth - 1).map(([labels, block]) => [[label, ...labels], block] as const),
  );
}

/** The backend, named by its kind, and all other settings of Terraform. */
function settings({ backend, ...others }: JsonObject): Blocks {
  const kinds = isObject(backend) ? terraformKeys(backend).map((kind) => [kind === "s3" ? "the backend" : `the backend ${kind}`, backend[kind]] as const) : []; // prettier-ignore
  return new Map<string, unknown>([
    ...kinds,
    ...(terraformKeys(others).length > 0 ? [["the settings of Terraform", others] as const] : []),
  ]);
}

/** The default AWS provider of a stack is "the provider"; others are named by alias or provider name. */
function providers(value: JsonObject): Blocks {
  return new Map(
    terraformKeys(value).flatMap((name) => {
      const entries: readonly unknown[] = Array.isArray(value[name]) ? value[name] : [value[name]];
      return entries.map((entry) => {
        const alias = isObject(entry) && typeof entry["alias"] === "string" ? entry["alias"] : undefined;
        return [
          ["the provider", name === "aws" ? undefined : name, alias].filter((word) => word !== undefined).join(" "),
          entry,
        ] as const;
      });
    }),
  );
}
