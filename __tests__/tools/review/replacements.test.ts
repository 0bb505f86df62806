import { readFileSync } from "node:fs";
import { join } from "node:path";
import { objectOf } from "../../../tools/support/json";
import { ROOT } from "../../../tools/support/project";
import { awkward, example } from "../../support/estates";
import { synthesize } from "../../support/synthesize";
import { REPLACEMENT_KEYS, replacements } from "../../../tools/review/replacements";
import { type Planned, replaced, resourcesOf, updated } from "./support/plans";

const messages = (...resources: Planned[]): string[] => replacements(resourcesOf(...resources)).map(({ message }) => message); // prettier-ignore

test("names the attribute that AWS cannot change, and the key of the estate that keeps the resource", () => {
  const change = replaced(
    "aws_db_instance.a",
    { username: "postgres", tags: { a: "b" } },
    { username: "owner", tags: { a: "c" } },
    { replace_paths: [["username"]] },
  );
  expect(messages(change)).toEqual([
    "username: postgres → owner. To keep it, leave environments.<environment>.database.masterUsername as it was",
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
