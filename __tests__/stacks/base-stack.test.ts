import { stacksOf } from "../../config/layout";
import { awkward, example, smallWith, found } from "../support/estates";
import { synthesize } from "../support/synthesize";

const estates = [
  ["the shipped estate", example()],
  ["the awkward estate", awkward()],
] as const;

describe.each(estates)("every stack of %s", (_, estate) => {
  const { stacks } = synthesize(estate);
  const specs = Object.fromEntries(stacksOf(estate).map((spec) => [spec.id, spec]));

  test("uses its region, and credentials of its account only", () => {
    for (const { id, provider, providers } of stacks) {
      const { account, region } = found(specs, id);
      expect(provider).toMatchObject({ region });
      for (const each of providers) expect(each).toMatchObject({ allowed_account_ids: [account.id] });
    }
  });

  test("accesses its account and state through the account's access role, if there is one", () => {
    for (const { id, providers, backend } of stacks) {
      const { accessRoleArn } = found(specs, id).account;
      for (const provider of providers)
        expect(provider["assume_role"]).toEqual(accessRoleArn && [{ role_arn: accessRoleArn }]);
      expect(backend["assume_role"]).toEqual(accessRoleArn && { role_arn: accessRoleArn });
    }
  });

  test("tags all its resources with their origin", () => {
    for (const { id, providers } of stacks) {
      const { account, environment, chargeCode } = found(specs, id);
      const tags = {
        Solution: estate.solution,
        Environment: environment?.name ?? "account-wide",
        Account: account.name,
        Stack: id,
        ChargeCode: chargeCode,
        ManagedBy: "cdktf",
      };
      for (const provider of providers) expect(provider.default_tags).toEqual([{ tags }]);
    }
  });

  test("stores its state in the bucket of its account, encrypted, locked, and inaccessible to other accounts", () => {
    for (const { id, backend } of stacks) {
      const { account, state } = found(specs, id);
      expect(backend).toMatchObject({
        bucket: account.stateBucket,
        key: state.key,
        region: account.region,
        use_lockfile: true,
        allowed_account_ids: [account.id],
      });
    }
  });

  test("leaves the key of its account's states to the bucket, whose next apply may create it", () => {
    const withKey = stacks.filter(({ id }) => found(specs, id).account.stateKeyAlias !== undefined);
    expect(withKey.length).toBeGreaterThan(2);
    for (const stack of stacks) {
      expect(stack.backend).not.toHaveProperty("kms_key_id");
      expect(stack.backend["encrypt"]).toBe(withKey.includes(stack) ? undefined : true);
    }
  });

  test("accepts regions that Terraform does not know yet, and requires a Terraform that locks by file", () => {
    for (const { providers, backend, json } of stacks) {
      for (const provider of providers) expect(provider).toMatchObject({ skip_region_validation: true });
      expect(backend).toMatchObject({ skip_region_validation: true });
      expect(json.terraform?.required_version).toBe(">= 1.11.0");
    }
  });

  test("describes every output", () => {
    for (const { outputs } of stacks)
      for (const output of Object.values(outputs)) expect(output.description).toMatch(/^[A-Z]/);
  });
});

describe("with a name", () => {
  const stack = (id: string) => synthesize(example()).stack(id);

  test("a created member is accessed through OrganizationAccountAccessRole, an invited one directly", () => {
    expect(stack("dev-member-analytics").provider).toMatchObject({
      assume_role: [{ role_arn: "arn:aws:iam::666666666666:role/OrganizationAccountAccessRole" }],
    });
    expect(stack("dev-member-partner-lab").provider).not.toHaveProperty("assume_role");
  });

  test("a stack of an environment is charged to the environment, a stack of an account to the account", () => {
    expect(stack("prod-network").defaultTags).toMatchObject({ ChargeCode: "platform-0002", Environment: "prod" });
    expect(stack("prod-iam").defaultTags).toMatchObject({ ChargeCode: "platform-0001", Environment: "account-wide" });
    expect(stack("prod-member-analytics").defaultTags).toMatchObject({
      ChargeCode: "platform-0002",
      Account: "prod-analytics",
    });
  });

  test("an environment's state stays in its account's region when the environment is in another", () => {
    const moved = synthesize(
      smallWith((file) => (file.environments["ci"] = { ...found(file.environments, "ci"), region: "eu-north-1" })),
    );
    expect(moved.stack("ci-network").provider).toMatchObject({ region: "eu-north-1" });
    expect(moved.stack("ci-network").backend).toMatchObject({ region: "eu-west-1" });
    expect(moved.stack("ci-database").remoteStates).toMatchObject([{ config: { region: "eu-west-1" } }]);
  });
});
