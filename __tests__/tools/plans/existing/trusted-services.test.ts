import type { IAMClient } from "@aws-sdk/client-iam";
import { existingSettings } from "../../../../tools/plans/existing-settings";
import type { JsonObject } from "../../../../tools/support/json";
import type { Stack } from "../../../../tools/synth/stacks";
import { destroyed, planOf, updated, replaced, type Planned } from "../../review/support/plans";

const stack = { id: "master-organization", accountId: "111111111111", region: "eu-west-1" } as Stack;
const ADDRESS = "aws_organizations_organization.o";

/** What an organization has in AWS. */
interface Uses {
  /** The account that administers each service. */
  readonly administrators?: Readonly<Record<string, string>>;
  readonly trails?: readonly JsonObject[];
  readonly features?: readonly string[];
  readonly roles?: readonly string[];
}

async function found(resources: readonly Planned[], { administrators = {}, ...uses }: Uses = {}) {
  const send = ({ constructor, input }: { readonly input: { readonly RoleName?: string } } & object) => {
    if (constructor.name === "ListOrganizationsFeaturesCommand")
      return Promise.resolve({ EnabledFeatures: uses.features });
    if (uses.roles?.includes(input.RoleName ?? "")) return Promise.resolve({});
    return Promise.reject(Object.assign(new Error("none"), { $metadata: { httpStatusCode: 404 } }));
  };
  const clients = {
    iam: { send } as unknown as IAMClient,
    ec2: { send: () => Promise.reject(new Error("EC2 is not asked")) },
    s3: () => Promise.reject(new Error("S3 is not asked")),
    s3control: () => Promise.reject(new Error("S3 is not asked")),
    call: (_service: string, { target = "", input }: { target?: string; input?: JsonObject }) => {
      if (target.endsWith("DescribeTrails")) return Promise.resolve({ trailList: uses.trails });
      // A page may be empty although more follow.
      if (input?.["NextToken"] === undefined) return Promise.resolve({ DelegatedAdministrators: [], NextToken: "2" });
      const Id = administrators[String(input["ServicePrincipal"])];
      return Promise.resolve({ DelegatedAdministrators: Id === undefined ? [] : [{ Id }] });
    },
  };
  const plans = [{ stack, plan: planOf(resources) }];
  return (await existingSettings(plans, () => Promise.resolve(clients), undefined)).get(stack.id) ?? [];
}

const trusting = (...services: readonly string[]) => ({ aws_service_access_principals: services });
const without = (service: string) => updated(ADDRESS, trusting(service, "ram.amazonaws.com"), trusting());

const ORGANIZATION_TRAIL = { Name: "all", TrailARN: "arn:trail/all", IsOrganizationTrail: true };

test.each<[service: string, what: string, uses: Uses]>([
  [
    "config.amazonaws.com",
    "the account 222222222222 administers it",
    { administrators: { "config.amazonaws.com": "222222222222" } },
  ],
  ["cloudtrail.amazonaws.com", "the trail all", { trails: [ORGANIZATION_TRAIL] }],
  ["iam.amazonaws.com", "the feature RootSessions", { features: ["RootSessions"] }],
  ["sso.amazonaws.com", "Identity Center's role AWSServiceRoleForSSO exists", { roles: ["AWSServiceRoleForSSO"] }],
])("a plan that would no longer trust %s is blocked because %s", async (service, what, uses) => {
  expect(await found([without(service)], uses)).toEqual([
    {
      address: ADDRESS,
      refused: true,
      message: `services that are in use would lose their access to the organization: ${service} (${what}). Name them in organization.trustedServices, or end their use first (docs/organization.md, "AWS services that work for the organization").`,
    },
  ]);
  expect(await found([without(service)])).toEqual([]);
});

test("a service that stays, or is added, is not asked about", async () => {
  const uses = { administrators: { a: "222222222222" } };
  expect(await found([updated(ADDRESS, trusting("a"), trusting("a", "b"))], uses)).toEqual([]);
});

test("a use that the same plan ends blocks nothing", async () => {
  const uses = {
    administrators: { "config.amazonaws.com": "222222222222" },
    trails: [ORGANIZATION_TRAIL, { Name: "own", TrailARN: "arn:trail/own", IsOrganizationTrail: false }],
    features: ["RootSessions"],
  };
  const ended = [
    destroyed("aws_organizations_delegated_administrator.d", {
      account_id: "222222222222",
      service_principal: "config.amazonaws.com",
    }),
    destroyed("aws_cloudtrail.t", { arn: ORGANIZATION_TRAIL.TrailARN }),
    destroyed("aws_iam_organizations_features.f", {}),
  ];
  for (const service of ["config.amazonaws.com", "cloudtrail.amazonaws.com", "iam.amazonaws.com"]) {
    expect(await found([without(service), ...ended], uses)).toEqual([]);
    expect(await found([without(service)], uses)).toHaveLength(1);
  }
});

describe("a trail", () => {
  const [before, after] = [{ s3_bucket_name: "old" }, { s3_bucket_name: "new" }];

  test.each([updated, replaced])("that would move its log files to another bucket blocks the plan", async (make) => {
    expect(await found([make("aws_cloudtrail.t", before, after)])).toEqual([
      {
        address: "aws_cloudtrail.t",
        refused: true,
        message:
          "its log files are in the bucket old, and would be written to new. A trail keeps its bucket: restore organization.trailAccount, the solution and the account's id.",
      },
    ]);
  });

  test("that keeps its bucket may change", async () => {
    expect(await found([updated("aws_cloudtrail.t", before, { ...before, kms_key_id: "k" })])).toEqual([]);
  });
});
