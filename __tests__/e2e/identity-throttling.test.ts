import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { IdentityCenter } from "../../tools/rehearsal/clients";
import { stackJson, type Stack } from "../../tools/synth/stacks";
import { identityEstate, MASTER } from "./support/identity-estate";
import { startWorkplace, type Workplace } from "./support/workplace";

/*
 * A plan of many assignments while AWS throttles: the provider reads each assignment by a call. `npm run test:long` has
 * 40 accounts, as large a company would; otherwise there are 10.
 */

const LONG = process.env["LONG_TESTS"] !== undefined;
const ACCOUNTS = LONG ? 40 : 10;
const GROUPS = ["one", "two", "three", "four", "five"];
const SETS = ["Operator", "Admin"];
const ASSIGNMENTS = ACCOUNTS * GROUPS.length * SETS.length;

let workplace: Workplace;
let center: IdentityCenter;

beforeAll(async () => {
  const groups = GROUPS.map((name) => `group:${name}`);
  const estate = identityEstate({}, (file) => {
    file.identityCenter = {};
    const { dev } = file.accounts;
    if (!dev) throw new Error("the estate must have the account dev");
    Object.assign(dev, { operators: groups, admins: groups });
    for (let number = 2; number <= ACCOUNTS; number += 1) {
      const name = `team-${number}`;
      file.accounts[name] = { ...dev, id: String(222222222222 + number), email: `aws-${name}@example.com` };
    }
  });
  workplace = await startWorkplace("identity-throttling", { estate, stateBuckets: ["master"] });
  center = await IdentityCenter.of(workplace.url, MASTER, "eu-west-1");
});

afterAll(() => workplace.stop());

interface Resources {
  readonly resource: Readonly<Record<string, Record<string, Readonly<Record<string, string>>>>>;
  readonly data: {
    readonly aws_identitystore_group: Record<
      string,
      { readonly alternate_identifier: { readonly unique_attribute: { readonly attribute_value: string } } }
    >;
  };
}

/** Creates the sets and assignments without the provider, which waits seconds for each. Returns their ids for an import. */
async function assignDirectly(stack: Stack): Promise<{ to: string; id: string }[]> {
  const { resource, data } = stackJson(stack) as Resources;
  const sets = new Map<string, string>();
  const imports: { to: string; id: string }[] = [];
  const { Instances } = await center.call("sso", "ListInstances");
  const [{ InstanceArn: instance }] = Instances as [{ InstanceArn: string }];
  for (const [name, { name: Name = "" }] of Object.entries(resource["aws_ssoadmin_permission_set"] ?? {})) {
    const { PermissionSet } = await center.call("sso", "CreatePermissionSet", { Name });
    const { PermissionSetArn } = PermissionSet as { PermissionSetArn: string };
    sets.set(`\${aws_ssoadmin_permission_set.${name}.arn}`, PermissionSetArn);
    imports.push({ to: `aws_ssoadmin_permission_set.${name}`, id: `${PermissionSetArn},${instance}` });
  }
  const groups = new Map<string, string>();
  for (const [name, { alternate_identifier }] of Object.entries(data.aws_identitystore_group)) {
    const AttributeValue = alternate_identifier.unique_attribute.attribute_value;
    const UniqueAttribute = { AttributePath: "DisplayName", AttributeValue };
    const { GroupId } = await center.call("identitystore", "GetGroupId", { AlternateIdentifier: { UniqueAttribute } });
    groups.set(`\${data.aws_identitystore_group.${name}.group_id}`, String(GroupId));
  }
  for (const [name, assignment] of Object.entries(resource["aws_ssoadmin_account_assignment"] ?? {})) {
    const PermissionSetArn = sets.get(assignment["permission_set_arn"] ?? "");
    const PrincipalId = groups.get(assignment["principal_id"] ?? "");
    const TargetId = assignment["target_id"];
    await center.call("sso", "CreateAccountAssignment", {
      ...{ PermissionSetArn, PrincipalId, PrincipalType: "GROUP", TargetId, TargetType: "AWS_ACCOUNT" },
    });
    imports.push({
      to: `aws_ssoadmin_account_assignment.${name}`,
      id: [PrincipalId, "GROUP", TargetId, "AWS_ACCOUNT", PermissionSetArn, instance].join(","),
    });
  }
  return imports;
}

test(`a plan of ${ASSIGNMENTS} assignments succeeds while each third call is throttled, with one call for each`, async () => {
  const stack = workplace.stack("master-identity");
  await workplace.attach(stack.id);
  const terraform = workplace.terraform(stack);
  const imports = await assignDirectly(stack);
  expect(imports).toHaveLength(ASSIGNMENTS + SETS.length);
  const file = join(stack.directory, "imports.tf.json");
  writeFileSync(file, JSON.stringify({ import: imports }));
  await terraform.init();
  await terraform.apply();
  rmSync(file);

  await workplace.emulator.throttle(["sso", "identitystore"], 3);
  const began = Date.now();
  const { outcome, text } = await terraform.plan();
  const seconds = (Date.now() - began) / 1000;
  const counts = Object.values(await workplace.emulator.throttledCalls());
  expect({ outcome, text }).toMatchObject({ outcome: "empty" });
  const [calls, throttled] = [counts.map((each) => each.calls), counts.map((each) => each.throttled)].map((each) =>
    each.reduce((sum, count) => sum + count, 0),
  ) as [number, number];
  if (LONG) console.log(`${ASSIGNMENTS} assignments: ${calls} calls, ${throttled} throttled, ${seconds} s`);
  expect(throttled).toBeGreaterThan(ASSIGNMENTS / 3);
  expect(calls - throttled).toBeLessThan(ASSIGNMENTS + 30);
});
