import { onlyReads, unknownActions } from "../../../../tools/access/policy/catalog";
import { managedPolicy } from "../../../../tools/access/policy/managed-policies";
import { distinct } from "../../../../tools/support/order";
import planCalls from "../../../../tools/rehearsal/plan-calls.json";
import { accessOf, stacksOf } from "../../../support/access";
import { awkward, example, found as entryOf, smallWith } from "../../../support/estates";
import {
  access,
  ACCOUNT,
  ACCOUNTS,
  allowedOf,
  defined,
  ENVIRONMENTS,
  givenToo,
  iamWrites,
  namedActions,
  planRole,
  refusedBy,
  s3Actions,
  sensitiveReadsOf,
  stateBucket,
  stateKey,
  studydata,
  type AccountName,
} from "./support";

const withGroup = (members: readonly string[]) =>
  smallWith((file) => {
    file.identityCenter = { groups: { leads: { members: [...members] } } };
    entryOf(file.accounts, "ci").operators = ["group:others"];
    entryOf(file.accounts, "ci").admins = ["group:leads"];
  });

describe("a plan role", () => {
  const plan = (account: AccountName) => access.subject(planRole(account));

  test.each(ACCOUNTS)("reads the states of %s, and writes only lock files", async (account) => {
    const bucket = stateBucket(account);
    await expect(plan(account)).toBeAllowed("s3:ListBucket", { on: bucket });
    for (const key of [`${account}/bootstrap.tfstate`, "dev/network.tfstate"]) {
      await expect(plan(account)).toBeAllowed("s3:GetObject", { on: `${bucket}/${key}` });
      for (const action of ["s3:PutObject", "s3:DeleteObject"]) {
        await expect(plan(account)).not.toBeAllowed(action, { on: `${bucket}/${key}` });
        await expect(plan(account)).toBeAllowed(action, { on: `${bucket}/${key}.tflock` });
      }
      for (const action of ["s3:DeleteObjectVersion", "s3:PutObjectAcl", "s3:RestoreObject"]) {
        await expect(plan(account)).not.toBeAllowed(action, { on: `${bucket}/${key}` });
        await expect(plan(account)).not.toBeAllowed(action, { on: `${bucket}/${key}.tflock` });
      }
    }
  });

  test.each(ACCOUNTS)("writes no lock file other than those of the states of %s", async (account) => {
    const others = [
      ...ACCOUNTS.filter((each) => each !== account).map(stateBucket),
      studydata("dev"),
      "arn:aws:s3:::somebody-elses",
    ];
    for (const bucket of others) {
      await expect(plan(account)).not.toBeAllowed("s3:PutObject", { on: `${bucket}/x.tflock` });
      await expect(plan(account)).not.toBeAllowed("s3:DeleteObject", { on: `${bucket}/x.tflock` });
    }
  });

  test.each(["s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectTagging", "s3:GetObjectAcl", "s3:GetObjectTorrent"])(
    "may not %s on objects other than states",
    async (action) => {
      for (const environment of ENVIRONMENTS) {
        for (const bucket of [
          studydata(environment),
          `arn:aws:s3:::${ACCOUNT[environment]}-galileo-trail`,
          "arn:aws:s3:::any",
        ]) {
          expect(await refusedBy(plan(environment), "NeverReadObjectsBesideStates", [action], `${bucket}/x`)).toEqual([
            action,
          ]);
        }
      }
    },
  );

  describe("reads no secrets and no data", () => {
    // Of states, which the bucket's own tests and the test above limit to the states of the account.
    const STATES = ["s3:GetObject", "s3:GetObjectVersion"];

    test.each(ACCOUNTS)("in %s: nothing of config/sensitive-reads.json but states", async (account) => {
      expect(await sensitiveReadsOf(plan(account))).toEqual(STATES);
    });

    test("with reads for the team's own stacks too", async () => {
      const estate = smallWith((file) => {
        file.planRoleReads = ["apigateway:GET", "glue:GetTable"];
      });
      const extended = accessOf(estate).role("ci", "galileo-pipeline-plan");
      await expect(extended).toBeAllowed("glue:GetTable");
      await expect(extended).toBeAllowed("apigateway:GET", { on: "arn:aws:apigateway:eu-west-1::/restapis/a1" });
      expect(await sensitiveReadsOf(extended)).toEqual(STATES);
    });

    test("and of the account's contacts only those that the estate sets", async () => {
      const contact = { name: "Team", title: "On call", email: "security@example.com", phone: "+1 555 0100" };
      const estate = smallWith((file) => (entryOf(file.accounts, "ci").contacts = { security: contact }));
      const role = accessOf(estate).role("ci", "galileo-pipeline-plan");
      const read = (kind: string) =>
        ["account:GetAlternateContact", { context: { "account:AlternateContactTypes": [kind] } }] as const;
      await expect(role).toBeAllowed(...read("SECURITY"));
      await expect(role).not.toBeAllowed(...read("BILLING"));
      await expect(plan("dev")).not.toBeAllowed(...read("SECURITY"));
    });

    test("and the same check finds the reads of a role with ReadOnlyAccess", async () => {
      const withReadOnly = givenToo(plan("dev"), defined(managedPolicy("arn:aws:iam::aws:policy/ReadOnlyAccess")));
      const found = await sensitiveReadsOf(withReadOnly);
      expect(found).toEqual(
        expect.arrayContaining([
          ...[
            "amplify:GetApp",
            "autoscaling:DescribeLaunchConfigurations",
            "chime:GetBot",
            "cloudhsm:DescribeClusters",
          ],
          ...["cognito-idp:DescribeIdentityProvider", "directconnect:DescribeVirtualInterfaces"],
          ...["ec2:DescribeSpotInstanceRequests", "ivs:GetIngestConfiguration", "mediapackage:DescribeChannel"],
          "storagegateway:DescribeChapCredentials",
        ]),
      );
      expect(found.length).toBeGreaterThan(400);
    });

    test.each([
      ...[
        "athena:GetQueryResults",
        "dynamodb:Scan",
        "ebs:GetSnapshotBlock",
        "es:ESHttpGet",
        "rds-data:ExecuteStatement",
      ],
      ...["sqs:ReceiveMessage", "kinesis:GetRecords", "logs:GetLogEvents", "cloudtrail:LookupEvents"],
      ...["ecr:BatchGetImage", "lambda:GetFunction", "cloudformation:GetTemplate", "codecommit:GitPull"],
      ...["ecr:GetAuthorizationToken", "secretsmanager:GetSecretValue", "ssm:GetParameter"],
      ...["config:DeliverConfigSnapshot", "iam:GenerateCredentialReport", "cloudformation:DetectStackDrift"],
    ])("not %s", async (action) => {
      for (const account of ["dev", "prod", "prod-analytics"] as const)
        await expect(plan(account)).not.toBeAllowed(action);
    });
  });

  /** The requests of the provider to refresh each resource type and data source, and its own requests. */
  const READS: Readonly<Record<string, readonly string[]>> = {
    "the provider": ["sts:GetCallerIdentity"],
    "what exists before it is replaced": [
      ...["access-analyzer:ListAnalyzers", "ec2:GetEbsDefaultKmsKeyId", "guardduty:ListDetectors"],
    ],
    aws_accessanalyzer_analyzer: ["access-analyzer:GetAnalyzer", "access-analyzer:ListTagsForResource"],
    aws_budgets_budget: ["budgets:ListTagsForResource", "budgets:ViewBudget"],
    aws_cloudtrail: [
      ...["cloudtrail:DescribeTrails", "cloudtrail:GetEventSelectors", "cloudtrail:GetInsightSelectors"],
      ...["cloudtrail:GetTrail", "cloudtrail:GetTrailStatus", "cloudtrail:ListTags"],
    ],
    aws_cloudwatch_event_rule: ["events:DescribeRule", "events:ListTagsForResource"],
    aws_cloudwatch_event_target: ["events:ListTargetsByRule"],
    aws_cloudwatch_log_group: ["logs:DescribeLogGroups", "logs:ListTagsForResource"],
    aws_db_instance: ["rds:DescribeDBInstances", "rds:ListTagsForResource"],
    aws_db_parameter_group: ["rds:DescribeDBParameterGroups", "rds:DescribeDBParameters", "rds:ListTagsForResource"],
    aws_db_subnet_group: ["rds:DescribeDBSubnetGroups", "rds:ListTagsForResource"],
    aws_default_network_acl: ["ec2:DescribeNetworkAcls"],
    aws_default_security_group: ["ec2:DescribeSecurityGroups"],
    aws_config_configuration_recorder: ["config:DescribeConfigurationRecorders"],
    aws_config_configuration_recorder_status: ["config:DescribeConfigurationRecorderStatus"],
    aws_config_delivery_channel: ["config:DescribeDeliveryChannels"],
    aws_ebs_encryption_by_default: ["ec2:GetEbsEncryptionByDefault"],
    aws_ebs_snapshot_block_public_access: ["ec2:GetSnapshotBlockPublicAccessState"],
    aws_ec2_image_block_public_access: ["ec2:GetImageBlockPublicAccessState"],
    aws_ec2_instance_metadata_defaults: ["ec2:GetInstanceMetadataDefaults"],
    aws_ecr_lifecycle_policy: ["ecr:GetLifecyclePolicy"],
    aws_ecr_repository: ["ecr:DescribeRepositories", "ecr:ListTagsForResource"],
    aws_emr_block_public_access_configuration: ["elasticmapreduce:GetBlockPublicAccessConfiguration"],
    aws_flow_log: ["ec2:DescribeFlowLogs"],
    aws_guardduty_detector: ["guardduty:GetDetector", "guardduty:ListTagsForResource"],
    aws_guardduty_detector_feature: ["guardduty:GetDetector"],
    aws_iam_account_alias: ["iam:ListAccountAliases"],
    aws_iam_account_password_policy: ["iam:GetAccountPasswordPolicy"],
    aws_iam_instance_profile: ["iam:GetInstanceProfile", "iam:GetRole"],
    aws_iam_service_linked_role: ["iam:GetRole"],
    aws_iam_openid_connect_provider: ["iam:GetOpenIDConnectProvider"],
    aws_iam_organizations_features: ["iam:ListOrganizationsFeatures"],
    aws_iam_policy: ["iam:GetPolicy", "iam:GetPolicyVersion", "iam:ListPolicyVersions"],
    aws_iam_role: ["iam:GetRole", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies"],
    aws_iam_role_policies_exclusive: ["iam:ListRolePolicies"],
    aws_iam_role_policy: ["iam:GetRolePolicy"],
    aws_iam_role_policy_attachment: ["iam:ListAttachedRolePolicies"],
    aws_iam_role_policy_attachments_exclusive: ["iam:ListAttachedRolePolicies"],
    aws_iam_user: ["iam:GetUser"],
    aws_iam_user_policies_exclusive: ["iam:ListUserPolicies"],
    aws_iam_user_policy_attachment: ["iam:ListAttachedUserPolicies"],
    aws_iam_user_policy_attachments_exclusive: ["iam:ListAttachedUserPolicies"],
    aws_internet_gateway: ["ec2:DescribeInternetGateways"],
    aws_kms_alias: ["kms:ListAliases"],
    aws_kms_key: ["kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListResourceTags"],
    aws_organizations_account: [
      "organizations:DescribeAccount",
      "organizations:ListParents",
      "organizations:ListTagsForResource",
    ],
    aws_organizations_delegated_administrator: ["organizations:ListDelegatedAdministrators"],
    aws_organizations_organization: [
      ...["organizations:DescribeOrganization", "organizations:ListAWSServiceAccessForOrganization"],
      ...["organizations:ListAccounts", "organizations:ListDelegatedAdministrators", "organizations:ListRoots"],
    ],
    aws_organizations_organizational_unit: [
      ...["organizations:DescribeOrganizationalUnit", "organizations:ListAccountsForParent"],
      ...["organizations:ListOrganizationalUnitsForParent", "organizations:ListParents"],
      "organizations:ListTagsForResource",
    ],
    aws_organizations_policy: ["organizations:DescribePolicy", "organizations:ListTagsForResource"],
    aws_organizations_policy_attachment: ["organizations:ListPoliciesForTarget", "organizations:ListTargetsForPolicy"],
    aws_route: ["ec2:DescribeRouteTables"],
    aws_route_table: ["ec2:DescribeRouteTables"],
    aws_route_table_association: ["ec2:DescribeRouteTables"],
    aws_s3_account_public_access_block: ["s3:GetAccountPublicAccessBlock"],
    aws_s3_bucket: [
      ...["s3:GetAccelerateConfiguration", "s3:GetBucketAcl", "s3:GetBucketCORS", "s3:GetBucketLocation"],
      ...["s3:GetBucketLogging", "s3:GetBucketObjectLockConfiguration", "s3:GetBucketPolicy"],
      ...["s3:GetBucketRequestPayment", "s3:GetBucketTagging", "s3:GetBucketVersioning", "s3:GetBucketWebsite"],
      ...["s3:GetEncryptionConfiguration", "s3:GetLifecycleConfiguration", "s3:GetReplicationConfiguration"],
      "s3:ListBucket",
    ],
    aws_s3_bucket_lifecycle_configuration: ["s3:GetLifecycleConfiguration"],
    aws_s3_bucket_logging: ["s3:GetBucketLogging"],
    aws_s3_bucket_object_lock_configuration: ["s3:GetBucketObjectLockConfiguration"],
    aws_s3_bucket_ownership_controls: ["s3:GetBucketOwnershipControls"],
    aws_s3_bucket_policy: ["s3:GetBucketPolicy"],
    aws_s3_bucket_public_access_block: ["s3:GetBucketPublicAccessBlock"],
    aws_s3_bucket_server_side_encryption_configuration: ["s3:GetEncryptionConfiguration"],
    aws_s3_bucket_versioning: ["s3:GetBucketVersioning"],
    aws_security_group: ["ec2:DescribeSecurityGroups"],
    aws_securityhub_account: ["securityhub:DescribeHub"],
    aws_securityhub_standards_subscription: ["securityhub:GetEnabledStandards"],
    aws_sns_topic: ["sns:GetTopicAttributes", "sns:ListTagsForResource"],
    aws_sns_topic_policy: ["sns:GetTopicAttributes"],
    aws_sns_topic_subscription: ["sns:GetSubscriptionAttributes"],
    aws_subnet: ["ec2:DescribeSubnets"],
    aws_vpc: [
      ...["ec2:DescribeNetworkAcls", "ec2:DescribeRouteTables", "ec2:DescribeSecurityGroups"],
      ...["ec2:DescribeVpcAttribute", "ec2:DescribeVpcs"],
    ],
    aws_vpc_endpoint: ["ec2:DescribePrefixLists", "ec2:DescribeVpcEndpoints"],
    aws_vpc_endpoint_route_table_association: ["ec2:DescribeVpcEndpoints"],
    aws_vpc_security_group_egress_rule: ["ec2:DescribeSecurityGroupRules"],
    aws_vpc_security_group_ingress_rule: ["ec2:DescribeSecurityGroupRules"],
  };

  const IDENTITY_CENTER = /^(sso|identitystore):/;

  /** Those of IAM Identity Center, in the account that manages it. */
  const IDENTITY_READS: Readonly<Record<string, readonly string[]>> = {
    aws_identitystore_group: ["identitystore:DescribeGroup", "identitystore:GetGroupId"],
    aws_identitystore_group_membership: ["identitystore:DescribeGroupMembership"],
    aws_identitystore_user: ["identitystore:DescribeUser", "identitystore:GetUserId"],
    aws_ssoadmin_account_assignment: ["sso:ListAccountAssignments"],
    aws_ssoadmin_instances: ["sso:ListInstances"],
    aws_ssoadmin_managed_policy_attachment: ["sso:ListManagedPoliciesInPermissionSet"],
    aws_ssoadmin_permission_set: ["sso:DescribePermissionSet", "sso:ListTagsForResource"],
    aws_ssoadmin_permission_set_inline_policy: ["sso:GetInlinePolicyForPermissionSet"],
  };

  test("the reads of a plan are listed for every type that an estate has", () => {
    const json = [example(), awkward(), withGroup(["lead@example.com"])].flatMap((estate) =>
      stacksOf(estate).map((stack) => stack.json),
    );
    const types = json.flatMap(({ resource = {}, data = {} }) => [...Object.keys(resource), ...Object.keys(data)]);
    const unknown = types.filter(
      (type) => type !== "terraform_remote_state" && READS[type] === undefined && IDENTITY_READS[type] === undefined,
    );
    expect([...new Set(unknown)]).toEqual([]);
  });

  test.each(Object.entries(READS))("plans %s", async (_, actions) => {
    for (const account of ["master", "prod", "prod-analytics"] as const) {
      for (const action of actions) {
        if (action.startsWith("s3:") && action !== "s3:GetAccountPublicAccessBlock") {
          await expect(plan(account)).toBeAllowed(action, { on: stateBucket(account) });
        }
        await expect(plan(account)).toBeAllowed(action, {
          on: action.startsWith("kms:") && account === "prod" ? stateKey() : "*",
        });
      }
    }
  });

  test("plans the whole estate: every action that the emulator recorded", async () => {
    // The recording reached the members from the master account. A pipeline has a plan role in each account.
    const actions = planCalls.actions.filter((action) => action !== "sts:AssumeRole" && !IDENTITY_CENTER.test(action));
    expect(actions.length).toBeGreaterThan(80);
    for (const account of ["master", "prod", "prod-analytics"] as const) {
      for (const action of actions) {
        const lock = `${stateBucket(account)}/dev/network.tfstate.tflock`;
        const on = /^s3:(Get|Put|Delete)Object$/.test(action) ? lock : "*";
        await expect(plan(account)).toBeAllowed(action, { on });
      }
    }
  });

  describe("of the account that manages IAM Identity Center", () => {
    const roleIn = (account: string, members: readonly string[]) =>
      accessOf(withGroup(members)).role(account, "galileo-pipeline-plan");
    const USERS = ["identitystore:DescribeUser", "identitystore:GetUserId"];

    test("reads it, and its users where the estate names some", async () => {
      const recorded = planCalls.actions.filter((action) => IDENTITY_CENTER.test(action));
      expect(recorded).toEqual(distinct(Object.values(IDENTITY_READS).flat()));
      const manager = roleIn("master", ["lead@example.com"]);
      expect(await allowedOf(manager, recorded)).toEqual(recorded);
      expect(await allowedOf(roleIn("master", []), recorded)).toEqual(recorded.filter((each) => !USERS.includes(each)));
      expect(await allowedOf(roleIn("ci", ["lead@example.com"]), recorded)).toEqual([]);
      expect(await allowedOf(plan("dev"), recorded)).toEqual([]);
    });

    test("reads personal data only there", async () => {
      const sensitive = await sensitiveReadsOf(roleIn("master", ["lead@example.com"]));
      expect(sensitive.filter((action) => IDENTITY_CENTER.test(action))).toEqual(
        expect.arrayContaining(["identitystore:DescribeGroup", "identitystore:DescribeUser"]),
      );
      expect(sensitive.filter((action) => action.startsWith("identitystore:List"))).toEqual([]);
    });

    test("changes nothing there", async () => {
      const changes = [
        "sso:CreateAccountAssignment",
        "sso:PutInlinePolicyToPermissionSet",
        "identitystore:CreateGroupMembership",
      ];
      expect(await allowedOf(roleIn("master", ["lead@example.com"]), changes)).toEqual([]);
    });
  });

  test("decrypts with the state key, and no other", async () => {
    const on = stateKey();
    for (const action of ["kms:Decrypt", "kms:GenerateDataKey"]) {
      await expect(plan("prod")).toBeAllowedOnlyIf(
        'some kms:ResourceAliases is "alias/galileo-terraform-state"',
        action,
        { on },
      );
      await expect(plan("prod")).toBeAllowed(action, {
        on,
        context: { "kms:ResourceAliases": ["alias/galileo-terraform-state"] },
      });
      await expect(plan("prod")).not.toBeAllowed(action, { on, context: { "kms:ResourceAliases": ["alias/other"] } });
      await expect(plan("prod")).not.toBeAllowed(action, { on, absent: ["kms:ResourceAliases"] });
      expect(await allowedOf(plan("dev"), [action])).toEqual([]);
    }
    await expect(plan("prod")).not.toBeAllowed("kms:Encrypt", { on });
    await expect(plan("prod")).not.toBeAllowed("kms:CreateGrant", { on });
  });

  test("changes nothing of IAM", async () => {
    expect(await allowedOf(plan("dev"), await iamWrites())).toEqual([]);
    expect(await allowedOf(plan("prod-analytics"), await iamWrites())).toEqual([]);
  });

  describe("writes nothing else", () => {
    test.each(["dev", "prod"] as const)(
      "in %s: AWS classifies all its actions as read-only, except for lock files",
      async (account) => {
        const { policies } = plan(account).principal;
        const allowing = policies.flatMap(({ statements }) => statements).filter(({ effect }) => effect === "Allow");
        const named = await namedActions({ policies });
        expect(named.length).toBeGreaterThan(150);
        expect(await unknownActions(allowing.flatMap(({ actions = [] }) => actions))).toEqual([]);
        const reads = await Promise.all(named.map(onlyReads));
        const writes = named.filter((_, index) => !reads[index]);
        expect(await allowedOf(plan(account), writes)).toEqual(["s3:DeleteObject", "s3:PutObject"]);
      },
    );

    test("and no action whose name suggests a change", async () => {
      const changes =
        /:(Accept|Add|Allocate|Associate|Attach|Authorize|Batch(Delete|Put|Update|Write)|Cancel|Copy|Create|Deliver|Delete|Deregister|Detach|Disable|Enable|Execute|Import|Invoke|Modify|Publish|Put|Reboot|Receive|Register|Reject|Remove|Replace|Reset|Restore|Revoke|Run|Send|Set|Start|Stop|Tag|Terminate|Untag|Update|Upload|Write)/;
      const named = (await namedActions(plan("prod").principal)).filter((action) => changes.test(action));
      expect(await allowedOf(plan("prod"), named)).toEqual(["s3:DeleteObject", "s3:PutObject"]);
    });

    test.each(ACCOUNTS)("to the state bucket of %s, its objects or its settings, by any action", async (account) => {
      const reads = /^s3:(Get|List)/;
      const [onObject, onBucket] = [await s3Actions("object"), await s3Actions("bucket")];
      const state = `${stateBucket(account)}/dev/network.tfstate`;
      for (const [actions, on, expected] of [
        [onObject, state, []],
        [onObject, `${state}.tflock2`, []],
        [onObject, `${state}.tflock/x`, []],
        [onObject, `${state}.tflock`, ["s3:DeleteObject", "s3:PutObject"]],
        [onBucket, stateBucket(account), []],
      ] as const) {
        const writes = actions.filter((action) => !reads.test(action));
        expect(await allowedOf(plan(account), writes, on)).toEqual(expected);
      }
    });
  });

  test.each(ACCOUNTS)("assumes no role in %s", async (account) => {
    await expect(plan(account)).not.toBeAllowed("sts:AssumeRole");
    await expect(plan(account)).not.toBeAllowed("iam:PassRole");
  });
});
