import { Access } from "../../../../tools/access/decide/access";
import { type AccessGraph } from "../../../../tools/access/graph/access-graph";
import { accessGraphOf } from "../../../../tools/access/graph/access-graph-of";
import type { SynthesizedStack } from "../../../../tools/synth/synthesized";
import { ADMINISTRATOR_ACCESS, identityStack, setArn } from "../identity";
import { allow, deny, document, modelOf, ONE, roleBlocks, stackOf, stepLines, THREE, TWO } from "../support";

const ADMIN = { managed: [ADMINISTRATOR_ACCESS], assigned: { [TWO]: ["leads"] } };

async function graphOf(...stacks: readonly SynthesizedStack[]): Promise<AccessGraph> {
  return accessGraphOf(new Access(modelOf(...stacks)));
}

/** Starts and ends of the paths to administrator: `group:leads → 222222222222`. */
async function pathsIn(...stacks: readonly SynthesizedStack[]): Promise<string[]> {
  const { paths } = await graphOf(...stacks);
  const ofPeople = paths.filter(({ from }) => !from.startsWith("service:"));
  return ofPeople.map(({ from, accountId }) => `${from.replace(/^arn:aws:iam::/, "")} → ${accountId}`);
}

/** A role in the account of Identity Center. */
const roleIn = (account: string, ...statements: readonly object[]) =>
  stackOf(roleBlocks("worker", ...statements), { id: `roles-${account}`, account });

/** The organization: its management account, and members. */
function organization(account: string, members: readonly string[], content?: string): SynthesizedStack {
  const named = members.map((id): [string, Record<string, unknown>] => [
    `m${id}`,
    {
      ...{ name: `m${id}`, email: `${id}@example.com`, role_name: "Nobody" },
      lifecycle: { postcondition: [{ condition: `\${self.id == "${id}"}`, error_message: "other" }] },
    },
  ]);
  return stackOf(
    {
      aws_organizations_organization: { own: {} },
      aws_organizations_account: Object.fromEntries(named),
      ...(content !== undefined && {
        aws_organizations_policy: { limit: { name: "limit", content } },
        aws_organizations_policy_attachment: {
          limit: {
            policy_id: "${aws_organizations_policy.limit.id}",
            target_id: "${aws_organizations_organization.own.roots[0].id}",
          },
        },
      }),
    },
    { id: "organization", account },
  );
}

test("a group assumes the permission sets that it is assigned, in those accounts alone", async () => {
  const sets = {
    Admin: ADMIN,
    Operator: { may: [allow("ec2:*")], assigned: { [TWO]: ["on call"], [THREE]: ["on call", "leads"] } },
  };
  const graph = await graphOf(identityStack({ sets }));
  expect(
    graph.steps.filter(({ way }) => way === "assume").map(({ from, to, conditions }) => [from, to, conditions]),
  ).toEqual([
    ["group:leads", setArn(TWO, "Admin"), []],
    ["group:leads", setArn(THREE, "Operator"), []],
    ["group:on call", setArn(TWO, "Operator"), []],
    ["group:on call", setArn(THREE, "Operator"), []],
  ]);
  expect(
    graph.paths.filter(({ from }) => from.startsWith("group:")).map(({ from, accountId }) => [from, accountId]),
  ).toEqual([["group:leads", TWO]]);
  expect(graph.actors.find(({ id }) => id === "group:leads")).toEqual({
    ...{ id: "group:leads", kind: "group", name: "group leads of Identity Center", accountId: ONE },
  });
});

test("an administrator of the account of Identity Center reaches every account with permission sets", async () => {
  const admin = roleIn(ONE, allow("*"));
  const sets = { Operator: { may: [allow("ec2:*")], assigned: { [TWO]: ["on call"], [THREE]: ["on call"] } } };
  expect(await pathsIn(identityStack({ sets }), admin)).toEqual([
    `${ONE}:role/worker → ${ONE}`,
    `${ONE}:role/worker → ${TWO}`,
    `${ONE}:role/worker → ${THREE}`,
  ]);
});

test("an administrator of another account reaches no further", async () => {
  expect(await pathsIn(identityStack({ sets: { Admin: ADMIN } }), roleIn(TWO, allow("*")))).toEqual([
    `${TWO}:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_* → ${TWO}`,
    `${TWO}:role/worker → ${TWO}`,
    `group:leads → ${TWO}`,
  ]);
});

describe("a principal of the account of Identity Center that is no administrator", () => {
  const OWN = [`${ONE}:role/worker → ${ONE}`, `${ONE}:role/worker → ${TWO}`];
  const pathsOf = async (...may: readonly object[]) => {
    const paths = await pathsIn(identityStack({ sets: { Admin: ADMIN } }), roleIn(ONE, ...may));
    return paths.filter((path) => path.includes("worker"));
  };

  test("reaches every account if it assigns permission sets", async () => {
    expect(await pathsOf(allow("sso:*"))).toEqual(OWN);
    expect(await pathsOf(allow("sso:CreateAccountAssignment"))).toEqual(OWN);
    expect(await pathsOf(allow("sso:AssociateProfile"))).toEqual(OWN);
  });

  test("reaches one account if it assigns permission sets only there", async () => {
    expect(await pathsOf(allow("sso:CreateAccountAssignment", `arn:aws:sso:::account/${TWO}`))).toEqual([OWN[1]]);
  });

  test.each([
    "sso:PutInlinePolicyToPermissionSet",
    "sso:AttachManagedPolicyToPermissionSet",
    "sso:AttachCustomerManagedPolicyReferenceToPermissionSet",
    "sso:PutPermissionsPolicy",
  ])("reaches the accounts with permission sets by %s", async (action) => {
    expect(await pathsOf(allow(action))).toEqual([OWN[1]]);
  });

  test.each([
    "identitystore:CreateGroupMembership",
    "sso-directory:AddMemberToGroup",
    "identitystore:UpdateUser",
    "sso-directory:UpdatePassword",
    "sso-directory:CreateBearerToken",
    "sso-directory:CreateExternalIdPConfigurationForDirectory",
    "sso:AssociateDirectory",
  ])("gets what the groups have by %s", async (action) => {
    expect(await pathsOf(allow(action))).toEqual([OWN[1]]);
  });

  test.each([
    { title: "reads only", may: [allow(["sso:List*", "sso:Describe*", "identitystore:List*"])] },
    { title: "may remove only", may: [allow(["sso:DeleteAccountAssignment", "identitystore:DeleteGroupMembership"])] },
    {
      title: "is denied Identity Center",
      may: [allow("sso:*"), allow("identitystore:*"), deny(["sso:*", "identitystore:*"])],
    },
  ])("reaches nothing if it $title", async ({ may }) => {
    expect(await pathsOf(...may)).toEqual([]);
  });

  test("needs what its policies require", async () => {
    const mayIf = allow("sso:*", "*", { IpAddress: { "aws:SourceIp": "192.0.2.0/24" } });
    const { steps } = await graphOf(identityStack({ sets: { Admin: ADMIN } }), roleIn(ONE, mayIf));
    expect(stepLines({ steps })).toContain(
      `worker -assign-permission-set-> administrator:${TWO} if from "192.0.2.0/24"`,
    );
  });
});

test("a principal of another account cannot use Identity Center", async () => {
  const paths = await pathsIn(
    identityStack({ sets: { Admin: ADMIN } }),
    roleIn(THREE, allow(["sso:*", "identitystore:*"])),
  );
  expect(paths.filter((path) => path.includes("worker"))).toEqual([]);
});

describe("with an organization", () => {
  const worker = (account: string) => roleIn(account, allow("*"));
  const ends = async (from: string, ...stacks: readonly SynthesizedStack[]) =>
    (await pathsIn(...stacks)).filter((path) => path.startsWith(`${from}:role/worker`)).map((path) => path.slice(-12));

  test("permission sets can be assigned in each of its accounts", async () => {
    const stacks = [identityStack({ sets: { Admin: ADMIN } }), organization(ONE, [TWO, THREE]), worker(ONE)];
    expect(await ends(ONE, ...stacks)).toEqual([ONE, TWO, THREE]);
  });

  test("a delegated administrator reaches the members, and the management account by groups alone", async () => {
    const delegated = (assigned: Readonly<Record<string, readonly string[]>>) =>
      identityStack({ sets: { Admin: { managed: [ADMINISTRATOR_ACCESS], assigned } }, account: TWO });
    const others = [organization(ONE, [TWO, THREE]), worker(TWO)];
    expect(await ends(TWO, delegated({ [THREE]: ["leads"] }), ...others)).toEqual([TWO, THREE]);
    expect(await ends(TWO, delegated({ [ONE]: ["leads"] }), ...others)).toEqual([ONE, TWO, THREE]);
  });

  test("the management account keeps its access to Identity Center", async () => {
    const identity = identityStack({ sets: { Admin: ADMIN }, account: TWO });
    expect(await ends(ONE, identity, organization(ONE, [TWO, THREE]), worker(ONE))).toEqual([ONE, TWO, THREE]);
  });

  test("a service control policy bounds what permission sets can do", async () => {
    const noIam = document(deny("iam:*"));
    const stacks = [identityStack({ sets: { Admin: ADMIN } }), organization(ONE, [TWO, THREE], noIam), worker(ONE)];
    expect(await ends(ONE, ...stacks)).toEqual([ONE]);
  });

  test("a service control policy may spare one permission set, whose name an administrator can use", async () => {
    const spared = { ArnNotLike: { "aws:PrincipalArn": "arn:aws:iam::*:role/aws-reserved/*AWSReservedSSO_Admin_*" } };
    const stacks = [
      ...[
        identityStack({ sets: { Admin: ADMIN } }),
        organization(ONE, [TWO, THREE], document(deny("iam:*", "*", spared))),
      ],
      worker(ONE),
    ];
    expect(await ends(ONE, ...stacks)).toEqual([ONE, TWO, THREE]);
  });
});

test("IAM changes no role of Identity Center: only the policies that it refers to", async () => {
  const pathsOf = async (may: readonly object[], limits?: readonly string[]) => {
    const boundary = limits && { customer_managed_policy_reference: { name: "limit" } };
    const limit = { aws_iam_policy: { limit: { name: "limit", policy: document(allow(limits ?? "ec2:*")) } } };
    const { paths } = await graphOf(
      identityStack({ sets: { Own: { may, boundary, assigned: { [TWO]: ["leads"] } } } }),
      stackOf(limit, { id: "two", account: TWO }),
    );
    return paths.filter(({ from }) => from !== "group:leads").map(({ steps }) => steps.map(({ way }) => way));
  };
  const changes = ["PutRolePolicy", "AttachRolePolicy", "DetachRolePolicy", "UpdateAssumeRolePolicy"];
  expect(await pathsOf([allow(changes.map((name) => `iam:${name}`))])).toEqual([]);
  expect(await pathsOf([allow("*")], ["ec2:*", "iam:DeleteRolePermissionsBoundary"])).toEqual([]);
  expect(await pathsOf([allow("*")], ["ec2:*", "iam:CreatePolicyVersion"])).toEqual([["lift-boundary"]]);
});
