import { differingKeys, isObject, terraformKeys, sameJson, type JsonObject } from "../../support/json";

/** Kinds of blocks that stand under labels: how many, and what a block is called. */
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

/** What stands first: what a whole stack feels. */
const FIRST = ["terraform", "provider"];

type Blocks = ReadonlyMap<string, unknown>;

/**
 * What is different about a stack, in words, each a line: blocks by their addresses with the attributes that differ
 * (`aws_vpc.vpc: tags`), what is new and what is gone. Empty where the two say the same to Terraform.
 *
 * @param now the JSON of the stack's `cdk.tf.json`
 * @param before the same of the other commit
 */
export function differencesOf(now: JsonObject, before: JsonObject): string[] {
  const sections = differingKeys(before, now);
  const inOrder = [
    ...FIRST.filter((each) => sections.includes(each)),
    ...sections.filter((each) => !FIRST.includes(each)),
  ];
  return inOrder.flatMap((section) => {
    const lines = differingBlocks(blocksOf(section, now[section]), blocksOf(section, before[section]));
    // Differs, but in nothing that has a name: told all the same.
    return lines.length > 0 ? lines : [`${section} has changed`];
  });
}

function differingBlocks(now: Blocks, before: Blocks): string[] {
  return [...new Set([...before.keys(), ...now.keys()])].flatMap((name) => {
    if (!before.has(name)) return [`${name} is new`];
    if (!now.has(name)) return [`${name} is gone`];
    const [one, other] = [before.get(name), now.get(name)];
    if (sameJson(one, other)) return [];
    return [
      isObject(one) && isObject(other) ? `${name}: ${differingKeys(one, other).join(", ")}` : `${name} has changed`,
    ];
  });
}

/** The blocks of a section of the JSON, by what people call them. */
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

/** Where the state lies, under the name of the kind of backend, and everything else about Terraform itself. */
function settings({ backend, ...others }: JsonObject): Blocks {
  const kinds = isObject(backend) ? terraformKeys(backend).map((kind) => [kind === "s3" ? "the backend" : `the backend ${kind}`, backend[kind]] as const) : []; // prettier-ignore
  return new Map<string, unknown>([
    ...kinds,
    ...(terraformKeys(others).length > 0 ? [["the settings of Terraform", others] as const] : []),
  ]);
}

/** A stack's one AWS provider is "the provider"; others bear their alias, or their own name. */
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
