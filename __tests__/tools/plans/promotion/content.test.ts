import exampleFile from "../../../../config/example";
import { parseEstate } from "../../../../config/load";
import type { Estate } from "../../../../config/model";
import type { EstateFile } from "../../../../config/schema";
import { contentOf, ownNames, withoutOwnNames } from "../../../../tools/plans/promotion/content";
import { specOf } from "../support/manifests";
import { example, exampleWith, found } from "../../../support/estates";
import { synthesize } from "../../../support/synthesize";
import { canonicalJson } from "../../../../tools/support/json";

/** An estate whose environments have the same settings, except for their own names and ids. */
function alike(change: (file: EstateFile) => void = () => undefined): Estate {
  return exampleWith((file) => {
    const settings = {
      profile: "hardened" as const,
      database: { allowedCidrBlocks: ["10.0.8.0/23"] },
      application: { repositories: ["dagster"] },
    };
    const analyticsOf = (name: string) => ({ analytics: { account: `${name}-analytics` } });
    file.environments = {
      dev: { ...settings, account: "dev", externalId: "galileo-dev-0001", members: analyticsOf("dev") },
      staging: { ...settings, account: "ci", externalId: "galileo-staging-0002", chargeCode: "platform-0009" },
      prod: { ...settings, account: "prod", externalId: "galileo-prod-0003", members: analyticsOf("prod") },
    };
    for (const account of ["dev", "ci", "prod"]) delete found(file.accounts, account).stateKey;
    const kept = ["master", "dev", "ci", "prod", "dev-analytics", "prod-analytics"];
    file.accounts = Object.fromEntries(Object.entries(file.accounts).filter(([name]) => kept.includes(name)));
    change(file);
  });
}

function contentIn(estate: Estate, id: string): string {
  return contentOf(synthesize(estate).stack(id).json, specOf(id, estate), estate);
}

describe("the content of a stack", () => {
  const estate = alike();

  test("is the same with an access role and with direct credentials", () => {
    const direct = parseEstate(exampleFile, "the example", undefined, { direct: true });
    const id = "dev-member-analytics";
    expect(JSON.stringify(synthesize(example()).stack(id).json)).toContain('assume_role"');
    expect(JSON.stringify(synthesize(direct).stack(id).json)).not.toContain('assume_role"');
    expect(contentIn(direct, id)).toBe(contentIn(example(), id));
  });

  test.each(["network", "database", "application", "master-role"])(
    "is the same in environments with the same settings: %s",
    (name) => {
      expect(contentIn(estate, `dev-${name}`)).toBe(contentIn(estate, `prod-${name}`));
    },
  );

  test.each(["network", "database"])("is the same with another charge code and another account name: %s", (name) => {
    expect(contentIn(estate, `staging-${name}`)).toBe(contentIn(estate, `dev-${name}`));
  });

  test("is the same for members of the same name", () => {
    expect(contentIn(estate, "dev-member-analytics")).toBe(contentIn(estate, "prod-member-analytics"));
  });

  test("differs if settings differ, in their stack only", () => {
    const changed = alike((file) => {
      found(file.environments, "prod").network = { publicSubnets: false };
    });
    expect(contentIn(changed, "prod-network")).not.toBe(contentIn(changed, "dev-network"));
    expect(contentIn(changed, "prod-application")).toBe(contentIn(changed, "dev-application"));
    expect(contentIn(changed, "dev-network")).toBe(contentIn(estate, "dev-network"));
  });

  test("keeps names of other accounts, and words that only contain its own name", () => {
    const mine = { a: "arn:aws:iam::222222222222:role/x", b: "dev", c: "device", d: "dev-irl-galileo-vpc" };
    expect(withoutOwnNames(mine, ownNames(specOf("dev-network", estate), estate))).toEqual({
      a: "arn:aws:iam::{main account}:role/x",
      b: "{name}",
      c: "device",
      d: "{namespace}-vpc",
    });
    const foreign = { a: "arn:aws:iam::999999999999:role/x", b: "prod", d: "prod-irl-galileo-vpc" };
    expect(withoutOwnNames(foreign, ownNames(specOf("dev-network", estate), estate))).toEqual(foreign);
  });
});

test("ignores the order of keys and cdktf's notes, but not a tag of that name", () => {
  const one = { a: 1, b: [{ "//": { metadata: { version: "1" } }, c: 2, d: 3 }] };
  const other = { b: [{ d: 3, c: 2 }], "//": { metadata: { version: "2" } }, a: 1 };
  expect(canonicalJson(one)).toBe(canonicalJson(other));
  expect(canonicalJson({ a: [1, 2] })).not.toBe(canonicalJson({ a: [2, 1] }));
  expect(canonicalJson({ tags: { "//": "x" } })).not.toBe(canonicalJson({ tags: {} }));
});
