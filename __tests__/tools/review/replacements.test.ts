import { readFileSync } from "node:fs";
import { join } from "node:path";
import { objectOf } from "../../../tools/support/json";
import { ROOT } from "../../../tools/support/project";
import { awkward, example } from "../../support/estates";
import { synthesize } from "../../support/synthesize";
import { refusedReplacements } from "../../../tools/review/refused-replacements";
import { REPLACEMENT_KEYS, refusedImports, replacements, withNamesOf } from "../../../tools/review/replacements";
import { reviewPlan } from "../../../tools/review/review-plan";
import { type Planned, planOf, replaced, resourcesOf, updated } from "./support/plans";

const messages = (...resources: Planned[]): string[] => replacements(resourcesOf(...resources)).map(({ message }) => message); // prettier-ignore

test("names the attribute that AWS cannot change, and the key of the estate that keeps the resource", () => {
  const change = replaced(
    "aws_db_instance.a",
    { username: "postgres", tags: { a: "b" } },
    { username: "owner", tags: { a: "c" } },
    { replace_paths: [["username"]] },
  );
  expect(messages(change)).toEqual([
    "username: postgres → owner. To keep it, leave masterUsername of environments.<environment>.database or environments.<environment>.databases.<database> as it was",
  ]);
});

test("lists every attribute that forces the replacement, also one that no key decides", () => {
  const change = replaced(
    "aws_subnet.a",
    { cidr_block: "10.0.0.0/24", availability_zone: "eu-west-1a", outpost_arn: "" },
    { cidr_block: "10.0.1.0/24", availability_zone: "eu-west-1b", outpost_arn: "arn:x" },
    { replace_paths: [["cidr_block"], ["availability_zone"], ["outpost_arn"]] },
  );
  const [message = ""] = messages(change);
  expect(message).toContain("availability_zone: eu-west-1a → eu-west-1b. To keep it, leave environments.<environment>.network.zones"); // prettier-ignore
  expect(message).toContain("cidr_block: 10.0.0.0/24 → 10.0.1.0/24. To keep it, leave ");
  expect(message).toContain('outpost_arn: "" → arn:x');
});

test("names the replaced resource that it belongs to", () => {
  const vpc = replaced("aws_vpc.v", { id: "vpc-1", cidr_block: "10.0.0.0/20" }, { cidr_block: "10.1.0.0/20" }, { replace_paths: [["cidr_block"]], written: { cidr_block: true } }); // prettier-ignore
  const subnet = replaced(
    "aws_subnet.a",
    { vpc_id: "vpc-1" },
    {},
    {
      ...{ replace_paths: [["vpc_id"]], after_unknown: { vpc_id: true } },
      written: { vpc_id: "aws_vpc.v.id" },
    },
  );
  expect(messages(vpc, subnet)[1]).toBe("vpc_id: vpc-1 → (known after apply), because aws_vpc.v is replaced");
});

test("gives the reason of a replacement that no attribute forces", () => {
  expect(messages(replaced("aws_x.a", {}, {}, { action_reason: "replace_because_tainted" }))).toEqual([
    "its creation did not finish: Terraform creates it again",
  ]);
  expect(messages(replaced("aws_x.a", {}, {}))).toEqual(["Terraform names no attribute"]);
});

test("an update is no replacement", () => {
  expect(messages(updated("aws_db_instance.a", { port: 1 }, { port: 2 }))).toEqual([]);
});

const schema = objectOf(JSON.parse(readFileSync(join(ROOT, "config/estate.schema.json"), "utf8")));

/** The schema of a key of the estate file. */
function schemaAt(path: readonly string[]): unknown {
  return path.reduce<unknown>((place, key) => {
    const { properties, additionalProperties } = objectOf(place);
    return key.startsWith("<") ? additionalProperties : objectOf(properties)[key];
  }, schema);
}

const ownTypes = new Set([example(), awkward()].flatMap((estate) => synthesize(estate).stacks).flatMap(({ json }) => Object.keys(json.resource ?? {}))); // prettier-ignore

describe.each(Object.entries(REPLACEMENT_KEYS))("the keys of %s", (type, attributes) => {
  test("are keys of the estate file", () => {
    const named =
      Object.values(attributes)
        .join(" ")
        .match(/[a-z]+(\.(<\w+>|\w+))+/gi) ?? [];
    expect(named.filter((key) => schemaAt(key.split(".")) === undefined)).toEqual([]);
  });

  test("belong to a type that this project creates", () => {
    expect(ownTypes).toContain(type);
  });
});

describe("with the names of a stack, a text", () => {
  const {
    aws_vpc: vpc,
    aws_subnet: subnet,
    aws_db_instance: database,
    aws_iam_account_alias: alias,
  } = REPLACEMENT_KEYS;
  const existing =
    "set environments.<environment>.existing.database.identifier to a (in databases.<database> for a further database)";

  test.each([
    { stateKey: "dev/network.tfstate", keys: vpc?.["cidr_block"], named: "environments.dev.network.cidrBlock" },
    { stateKey: "dev/member-lab.tfstate", keys: vpc?.["cidr_block"], named: "environments.dev.members.lab.cidrBlock" },
    { stateKey: "dev/member-lab.tfstate", keys: subnet?.["cidr_block"], named: "environments.dev.members.lab.subnetCidrBlock" }, // prettier-ignore
    {
      stateKey: "dev/network.tfstate",
      keys: subnet?.["cidr_block"],
      named:
        "environments.dev.network.cidrBlock, environments.dev.network.publicSubnetCidrBlocks, environments.dev.network.privateSubnetCidrBlocks, the prefixLength and cidrBlocks of environments.dev.network.tiers",
    },
    { stateKey: "dev/database.tfstate", keys: database?.["username"], named: "masterUsername of environments.dev.database" }, // prettier-ignore
    { stateKey: "dev/database-events.tfstate", keys: database?.["username"], named: "masterUsername of environments.dev.databases.events" }, // prettier-ignore
    {
      stateKey: "dev/database.tfstate",
      keys: existing,
      named: "set environments.dev.existing.database.identifier to a",
    },
    { stateKey: "dev/database-events.tfstate", keys: existing, named: "set environments.dev.existing.databases.events.identifier to a" }, // prettier-ignore
    { stateKey: "ci/iam.tfstate", keys: alias?.["account_alias"], named: "accounts.ci.alias" },
  ])("of $stateKey names $named", ({ stateKey, keys = "", named }) => {
    expect(withNamesOf(stateKey, `leave ${keys} as it was`)).toBe(`leave ${named} as it was`);
  });

  test.each(
    Object.entries(REPLACEMENT_KEYS).flatMap(([type, attributes]) =>
      Object.entries(attributes).map(([attribute, keys]) => ({ type, attribute, keys })),
    ),
  )("about $attribute of $type has no placeholder that the stack can fill in", ({ keys }) => {
    for (const key of [
      "dev/network.tfstate",
      "dev/member-lab.tfstate",
      "dev/database.tfstate",
      "dev/database-a.tfstate",
    ])
      expect(withNamesOf(key, keys)).not.toMatch(/<(environment|member|database)>/);
  });
});

test("a member account has the key of its own name, not of the master's", () => {
  const member = replaced("aws_organizations_account.a", { name: "lab", email: "a" }, { name: "lab", email: "b" }, { replace_paths: [["email"]] }); // prettier-ignore
  expect(messages(member)).toEqual(["email: a → b. To keep it, leave accounts.lab.email as it was"]);
});

describe("an import", () => {
  const importing = { id: "by-hand" };

  test("that would be replaced is refused, with the key that keeps what exists", () => {
    const database = replaced("aws_db_instance.a", { identifier: "by-hand" }, { identifier: "dev-db" }, { importing, replace_paths: [["identifier"]] }); // prettier-ignore
    const { refused = [], replaced: others } = reviewPlan(planOf([database]));
    expect(refused).toEqual([
      {
        address: "aws_db_instance.a",
        message:
          "would be imported and then replaced: identifier: by-hand → dev-db. " +
          "To keep it, set environments.<environment>.existing.database.identifier to by-hand (in databases.<database> for a further database)",
      },
    ]);
    expect(others).toEqual([]);
  });

  test.each([
    [
      "the application's role",
      "aws_iam_role.roles_api-handler_role_01B234DC",
      "To keep it, set environments.<environment>.existing.roles.apiHandler to /team/",
    ],
    ["an account's role, which has no key", "aws_iam_role.operator_role_086520A7", "No key keeps this value: "],
  ])("of %s names no other role's key", (_what, address, says) => {
    const role = replaced(address, { path: "/team/" }, { path: "/" }, { importing, replace_paths: [["path"]] });
    expect(refusedImports(resourcesOf(role))[0]?.message).toContain(`path: /team/ → /. ${says}`);
  });

  test("that no key keeps is refused, with what decides the attribute", () => {
    const subnet = replaced("aws_subnet.a", { outpost_arn: "a" }, { outpost_arn: "b" }, { importing, replace_paths: [["outpost_arn"]] }); // prettier-ignore
    expect(refusedImports(resourcesOf(subnet))[0]?.message).toBe(
      "would be imported and then replaced: outpost_arn: a → b. No key keeps this value: remove its entry from <estate>.adopt.json, and let the estate create another one",
    );
    const user = replaced("aws_budgets_budget.a", { name: "a" }, { name: "b" }, { importing, replace_paths: [["name"]] }); // prettier-ignore
    expect(refusedImports(resourcesOf(user))[0]?.message).toContain(
      "No key keeps this value: change solution or the account's name, or remove",
    );
  });

  test("that changes in place, and the replacement of what a state holds, are not refused", () => {
    expect(refusedImports(resourcesOf(updated("aws_vpc.a", { tags: {} }, { tags: { Name: "a" } }, { importing })))).toEqual([]); // prettier-ignore
    expect(refusedImports(resourcesOf(replaced("aws_vpc.a", {}, {})))).toEqual([]);
  });

  test("that Terraform refuses to replace names the key, and no way to replace it", () => {
    const database = replaced("aws_db_instance.a", { identifier: "x", db_name: "a" }, { db_name: "b" }, { importing, replace_paths: [["db_name"]] }); // prettier-ignore
    const error = "Resource aws_db_instance.a has lifecycle.prevent_destroy set, but …";
    const [text = ""] = refusedReplacements(planOf([database]), [error]);
    expect(text).toContain("set environments.<environment>.existing.database.databaseName to a");
    expect(text).not.toContain("deletionProtection: false");
  });
});
