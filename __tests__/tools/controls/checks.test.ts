import { CONTROLS, ruleOf } from "../../../tools/controls/list";
import { SynthesizedEstate, findingLine } from "../../../tools/controls/rule";
import { example } from "../../support/estates";
import { added, changed, lacking, StackEditor, type Law } from "../../support/laws/law";
import { synthesize } from "../../support/synthesize";

type Change = Law["breaches"][string];

/** The JSON of all stacks of the example after a change. */
function after(change: Change) {
  const { stacks } = synthesize(example());
  const editors = new Map<string, StackEditor>();
  change((id) => {
    const editor = editors.get(id) ?? new StackEditor(structuredClone(synthesize(example()).stack(id).json));
    editors.set(id, editor);
    return editor;
  });
  return new SynthesizedEstate(stacks.map(({ id, json }) => ({ id, json: editors.get(id)?.json ?? json })));
}

const findings = (key: string, estate: SynthesizedEstate) => ruleOf(key)(estate).findings.map(findingLine);
const unchanged = new SynthesizedEstate(synthesize(example()).stacks);

const removed =
  (id: string, type: string): Change =>
  (stack) => {
    stack(id).remove(type);
  };
const statement = (values: object) =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...values }] });
const database = (values: object) => changed("dev-database", "aws_db_instance", { ...values });
const ingress = (cidr: object, from: number, to = from) =>
  added("dev-network", "aws_vpc_security_group_ingress_rule", {
    ...cidr,
    ip_protocol: "tcp",
    from_port: from,
    to_port: to,
  });
const anyone = (type: string, argument: string, values: object = {}) =>
  added("dev-network", type, { ...values, [argument]: statement({ Action: "*", Principal: "*", Resource: "*" }) });

/** Changes of the shipped example that a rule must find in the changed stack. */
const BREACHES: Readonly<Record<string, readonly (readonly [string, Change])[]>> = {
  "CIS 2.1.1": [["master-organization", removed("master-organization", "aws_iam_organizations_features")]],
  "CIS 2.1.2": [
    ["master-organization", removed("master-organization", "aws_organizations_policy_attachment")],
    [
      "master-organization",
      (stack) => {
        const policies = stack("master-organization").json.resource?.["aws_organizations_policy"] ?? {};
        for (const policy of Object.values(policies)) policy["type"] = "TAG_POLICY";
      },
    ],
  ],
  "CIS 2.1.3": [["master-iam", added("master-iam", "aws_vpc", {})]],
  "CIS 2.1.4": [
    ["master-organization", lacking("master-organization", "aws_organizations_account", "parent_id")],
    [
      "master-organization",
      changed("master-organization", "aws_organizations_account", {
        parent_id: "${aws_organizations_organization.organization_DC53FF14.roots[0].id}",
      }),
    ],
  ],
  "IAM.7": [["dev-iam", changed("dev-iam", "aws_iam_account_password_policy", { require_symbols: false })]],
  "IAM.15": [
    ["dev-iam", changed("dev-iam", "aws_iam_account_password_policy", { minimum_password_length: 13 })],
    ["dev-", removed("dev-iam", "aws_iam_account_password_policy")],
  ],
  "IAM.16": [["dev-iam", lacking("dev-iam", "aws_iam_account_password_policy", "password_reuse_prevention")]],
  "S3.1": [["dev-iam", changed("dev-iam", "aws_s3_account_public_access_block", { ignore_public_acls: false })]],
  "CIS 4.3": [
    ["dev-iam", removed("dev-iam", "aws_cloudwatch_event_rule")],
    ["dev-iam", lacking("dev-iam", "aws_cloudwatch_event_rule", "provider")],
  ],
  "EMR.2": [
    ["dev-analytics-iam", removed("dev-analytics-iam", "aws_emr_block_public_access_configuration")],
    [
      "dev-analytics-iam",
      changed("dev-analytics-iam", "aws_emr_block_public_access_configuration", {
        permitted_public_security_group_rule_range: [{ min_range: 22, max_range: 22 }],
      }),
    ],
  ],
  "S3.2": [
    ["dev-network", anyone("aws_s3_bucket", "policy", { bucket: "b" })],
    ...["aws:PrincipalArn", "aws:SourceAccount"].map((key): readonly [string, Change] => {
      const condition = { StringLike: { [key]: "*" } };
      const policy = statement({ Action: "*", Principal: "*", Resource: "*", Condition: condition });
      return ["dev-network", added("dev-network", "aws_s3_bucket_policy", { policy })];
    }),
    ["dev-network", anyone("aws_s3_bucket_policy", "policy")],
  ],
  "S3.5": [
    [
      "dev-network",
      (stack) => {
        const policy = statement({
          ...{ Effect: "Deny", Principal: "*", Action: "s3:*", Resource: ["arn:aws:s3:::b", "arn:aws:s3:::b/*"] },
          Condition: { Bool: { "aws:SecureTransport": "false", "aws:ViaAWSService": "false" } },
        });
        stack("dev-network").add("aws_s3_bucket", { bucket: "b" });
        stack("dev-network").add("aws_s3_bucket_policy", { bucket: "b", policy });
      },
    ],
    ["dev-application", removed("dev-application", "aws_s3_bucket_policy")],
    ["dev-application", changed("dev-application", "aws_s3_bucket_policy", { policy: "${data.x.y.json}" })],
    ["dev-network", added("dev-network", "aws_s3_bucket", { bucket: "another" })],
  ],
  "S3.6": [
    ...[
      { Action: "*", Principal: { AWS: "arn:aws:iam::333333333333:root" } },
      { Action: "s3:Put*", Principal: { AWS: "333333333333" } },
      { Action: "s3:putbucketacl", Principal: { AWS: "arn:aws:iam::333333333333:role/of-222222222222" } },
      { NotAction: "s3:GetObject", Principal: "*" },
    ].map((values): readonly [string, Change] => [
      "dev-network",
      added("dev-network", "aws_s3_bucket_policy", { policy: statement({ ...values, Resource: "*" }) }),
    ]),
    [
      "dev-network",
      added("dev-network", "aws_s3_bucket_policy", {
        policy: statement({
          Action: "s3:PutBucketPolicy",
          Principal: { AWS: "arn:aws:iam::333333333333:root" },
          Resource: "*",
        }),
      }),
    ],
  ],
  "S3.8": [
    [
      "dev-application",
      changed("dev-application", "aws_s3_bucket_public_access_block", { count: "${var.on ? 1 : 0}" }),
    ],
    ["dev-application", removed("dev-application", "aws_s3_bucket_public_access_block")],
    [
      "dev-application",
      changed("dev-application", "aws_s3_bucket_public_access_block", { block_public_policy: false }),
    ],
  ],
  "S3.12": [
    [
      "dev-application",
      changed("dev-application", "aws_s3_bucket_ownership_controls", { rule: { object_ownership: "ObjectWriter" } }),
    ],
  ],
  "S3.13": [["dev-application", removed("dev-application", "aws_s3_bucket_lifecycle_configuration")]],
  "S3.10": [["dev-bootstrap", removed("dev-bootstrap", "aws_s3_bucket_lifecycle_configuration")]],
  "S3.9": [["dev-iam", removed("dev-iam", "aws_s3_bucket_logging")]],
  "CloudTrail.1": [
    ["dev-iam", removed("dev-iam", "aws_cloudtrail")],
    ["dev-iam", changed("dev-iam", "aws_cloudtrail", { is_multi_region_trail: false })],
  ],
  "CloudTrail.4": [["dev-iam", changed("dev-iam", "aws_cloudtrail", { enable_log_file_validation: false })]],
  "CloudTrail.7": [["dev-iam", removed("dev-iam", "aws_s3_bucket_logging")]],
  "KMS.4": [["prod-bootstrap", lacking("prod-bootstrap", "aws_kms_key", "enable_key_rotation")]],
  "KMS.1": [
    ...[
      { Action: "kms:D*", Resource: "*" },
      { Action: "kms:re*", Resource: "arn:*" },
      { NotAction: "iam:*", Resource: "*" },
    ].map((values): readonly [string, Change] => [
      "dev-network",
      added("dev-network", "aws_iam_policy", { policy: statement(values) }),
    ]),
    [
      "dev-network",
      added("dev-network", "aws_iam_policy", { policy: statement({ Action: "kms:Decrypt", Resource: "*" }) }),
    ],
  ],
  "KMS.2": [
    [
      "dev-network",
      added("dev-network", "aws_iam_role_policy", {
        policy: statement({ Action: "kms:*", Resource: "arn:aws:kms:*:*:key/*" }),
      }),
    ],
  ],
  "KMS.5": [["dev-network", anyone("aws_kms_key", "policy")]],
  "SNS.4": [
    ["dev-network", anyone("aws_sns_topic", "policy")],
    ["dev-network", anyone("aws_sns_topic_policy", "policy")],
  ],
  "SQS.1": [["dev-network", added("dev-network", "aws_sqs_queue", { name: "queue" })]],
  "SQS.3": [["dev-network", anyone("aws_sqs_queue_policy", "policy")]],
  "CIS 2.21": [
    ["dev-network", anyone("aws_ecr_repository_policy", "policy")],
    ["dev-network", added("dev-network", "aws_sns_topic_policy", { policy: "not JSON" })],
  ],
  "IAM.1": [
    ["dev-network", added("dev-network", "aws_iam_policy", { policy: statement({ Action: "*", Resource: "*" }) })],
  ],
  "CIS 1.15": [
    ...[
      { managed_policy_arns: ["arn:aws:iam::aws:policy/AdministratorAccess"] },
      { inline_policy: [{ name: "a", policy: statement({ Action: "*:*", Resource: "*" }) }] },
      { inline_policy: { name: "a", policy: "${data.x.y.json}" } },
    ].map((values): readonly [string, Change] => ["dev-network", added("dev-network", "aws_iam_role", values)]),
    [
      "dev-network",
      added("dev-network", "aws_iam_role_policy_attachments_exclusive", {
        policy_arns: ["arn:aws:iam::aws:policy/AdministratorAccess"],
      }),
    ],
    [
      "dev-network",
      added("dev-network", "aws_iam_role_policy", {
        policy: statement({ Action: "*", NotResource: "arn:aws:s3:::a" }),
      }),
    ],
    ["dev-network", added("dev-network", "aws_iam_role_policy", { policy: statement({ Action: "*", Resource: "*" }) })],
    [
      "dev-network",
      added("dev-network", "aws_iam_user_policy_attachment", {
        policy_arn: "arn:aws:iam::aws:policy/AdministratorAccess",
      }),
    ],
  ],
  "IAM.21": [
    [
      "dev-network",
      added("dev-network", "aws_iam_role_policy", { policy: statement({ Action: "*:*", Resource: "arn:aws:s3:::a" }) }),
    ],
    [
      "dev-network",
      added("dev-network", "aws_iam_role_policy", {
        policy: statement({ Action: "sqs:*", Resource: "arn:aws:sqs:::q" }),
      }),
    ],
    [
      "dev-network",
      added("dev-network", "aws_iam_role_policy", { policy: statement({ NotAction: "iam:*", Resource: "*" }) }),
    ],
  ],
  "CIS 1.21": [
    [
      "dev-network",
      added("dev-network", "aws_iam_role_policy_attachment", {
        policy_arn: "arn:aws:iam::aws:policy/AWSCloudShellFullAccess",
      }),
    ],
  ],
  "IAM.2": [
    [
      "dev-network",
      (stack) => {
        stack("dev-network").add("aws_iam_user", { name: "a" });
        stack("dev-database").add("aws_iam_user_policy", { user: "a" });
      },
    ],
    [
      "dev-network",
      (stack) => {
        stack("dev-network").add("aws_iam_user", { name: "a" });
        stack("dev-network").add("aws_iam_user_policy", { user: "${aws_iam_user.added.name}" });
      },
    ],
  ],
  "IAM.5": [
    [
      "dev-iam",
      (stack) => {
        stack("dev-iam").add("aws_iam_user", { name: "a" });
        stack("dev-iam").add("aws_iam_user_login_profile", { user: "${aws_iam_user.added.name}" });
      },
    ],
  ],
  "CIS 1.20": [["dev-iam", changed("dev-iam", "aws_iam_user", { path: "/" })]],
  "IAM.28": [
    ["dev-iam", changed("dev-iam", "aws_accessanalyzer_analyzer", { type: "ACCOUNT_UNUSED_ACCESS" })],
    ["dev-iam", changed("dev-iam", "aws_accessanalyzer_analyzer", { count: "${var.on ? 1 : 0}" })],
    ["dev-iam", changed("dev-iam", "aws_accessanalyzer_analyzer", { count: 0 })],
    ["dev-iam", removed("dev-iam", "aws_accessanalyzer_analyzer")],
    ["dev-iam", (stack) => (stack("dev-network").provider["region"] = "eu-west-2")],
  ],
  "EC2.7": [["dev-iam", changed("dev-iam", "aws_ebs_encryption_by_default", { enabled: false })]],
  "EC2.8": [["dev-iam", changed("dev-iam", "aws_ec2_instance_metadata_defaults", { http_tokens: "optional" })]],
  "EC2.182": [["dev-iam", changed("dev-iam", "aws_ebs_snapshot_block_public_access", { state: "block-new-sharing" })]],
  "EC2.2": [
    ["dev-network", removed("dev-network", "aws_default_security_group")],
    ["dev-network", changed("dev-network", "aws_default_security_group", { egress: [{ protocol: "-1" }] })],
  ],
  "EC2.6": [["prod-network", removed("prod-network", "aws_flow_log")]],
  "CIS 6.8": [["dev-network", removed("dev-network", "aws_vpc_endpoint")]],
  "EC2.15": [["dev-network", changed("dev-network", "aws_subnet", { map_public_ip_on_launch: true })]],
  "EC2.18": [
    ["dev-network", ingress({ cidr_ipv4: "0.0.0.0/0" }, 8443)],
    ["dev-network", ingress({ cidr_ipv6: "::/0" }, 80, 443)],
  ],
  "EC2.19": [["dev-network", ingress({ cidr_ipv4: "0.0.0.0/0" }, 5400, 5500)]],
  "EC2.53": [
    ["dev-network", ingress({ cidr_ipv4: "10.0.0.0/0" }, 22)],
    ["dev-network", ingress({ cidr_ipv4: "${local.everybody}" }, 22)],
    ["dev-database", changed("dev-database", "aws_security_group", { ingress: "${var.rules}" })],
    [
      "dev-database",
      changed("dev-database", "aws_security_group", { dynamic: { ingress: { for_each: [], content: {} } } }),
    ],
    [
      "dev-network",
      (stack) => {
        Object.assign(stack("dev-network").json, { locals: { everybody: "0.0.0.0/0" } });
        ingress({ cidr_ipv4: "${local.everybody}" }, 22)(stack);
      },
    ],
    [
      "dev-network",
      added("dev-network", "aws_security_group_rule", {
        cidr_blocks: ["0.0.0.0/0"],
        protocol: "ALL",
        from_port: 0,
        to_port: 0,
      }),
    ],
    ["dev-network", ingress({ cidr_ipv4: "0.0.0.0/0" }, 22)],
    [
      "dev-database",
      changed("dev-database", "aws_security_group", { ingress: [{ cidr_blocks: ["0.0.0.0/0"], protocol: "-1" }] }),
    ],
  ],
  "EC2.54": [
    ["dev-network", ingress({ cidr_ipv6: "::/0" }, 3000, 4000)],
    [
      "dev-network",
      added("dev-network", "aws_security_group_rule", {
        ...{ type: "ingress", ipv6_cidr_blocks: ["::/0"], protocol: "tcp", from_port: 22, to_port: 22 },
      }),
    ],
  ],
  "CIS 5.1.2": [["dev-network", ingress({ cidr_ipv4: "0.0.0.0/0" }, 445)]],
  "RDS.2": [
    ["dev-database", database({ publicly_accessible: true })],
    ["dev-database", lacking("dev-database", "aws_db_instance", "publicly_accessible")],
  ],
  "RDS.3": [["dev-database", database({ storage_encrypted: false })]],
  "RDS.8": [["prod-database", changed("prod-database", "aws_db_instance", { deletion_protection: false })]],
  "RDS.36": [["dev-database", database({ enabled_cloudwatch_logs_exports: ["upgrade"] })]],
  "RDS.10": [["dev-database", database({ iam_database_authentication_enabled: false })]],
  "RDS.11": [["dev-database", database({ backup_retention_period: 6 })]],
  "RDS.13": [["dev-database", database({ auto_minor_version_upgrade: false })]],
  "RDS.17": [["dev-database", lacking("dev-database", "aws_db_instance", "copy_tags_to_snapshot")]],
  "RDS.38": [
    [
      "dev-database",
      changed("dev-database", "aws_db_parameter_group", { parameter: [{ name: "rds.force_ssl", value: "0" }] }),
    ],
    ["dev-database", lacking("dev-database", "aws_db_instance", "parameter_group_name")],
  ],
  "RDS.46": [
    [
      "dev-database",
      (stack) => {
        const source = "${aws_db_instance.database_instance_D7FC2283.identifier}";
        const values = { replicate_source_db: source, db_subnet_group_name: "${aws_db_subnet_group.added.name}" };
        stack("dev-database").add("aws_db_subnet_group", { name: "a", subnet_ids: ["subnet-0123"] });
        stack("dev-database").add("aws_db_instance", values);
      },
    ],
    [
      "dev-database",
      (stack) => {
        const editor = stack("dev-network");
        const [table = ""] = Object.keys(editor.json.resource?.["aws_route_table"] ?? {}).filter((name) =>
          name.includes("private"),
        );
        editor.add("aws_route", { route_table_id: `\${aws_route_table.${table}.id}`, gateway_id: "igw-1" });
      },
    ],
    ["dev-database", changed("dev-database", "aws_db_subnet_group", { subnet_ids: ["subnet-0123"] })],
    ["dev-database", lacking("dev-database", "aws_db_instance", "db_subnet_group_name")],
  ],
  "ECR.1": [["dev-application", lacking("dev-application", "aws_ecr_repository", "image_scanning_configuration")]],
  "ECR.2": [["dev-application", changed("dev-application", "aws_ecr_repository", { image_tag_mutability: "MUTABLE" })]],
  "ECR.3": [["dev-application", removed("dev-application", "aws_ecr_lifecycle_policy")]],
};

test("a network ACL is open by rules of its own too, whatever the case of their words", () => {
  const open = { rule_action: "ALLOW", protocol: "ALL", from_port: 0, to_port: 0 };
  const found = (values: object) =>
    findings("EC2.21", after(added("dev-network", "aws_network_acl_rule", { ...open, ...values })));
  const isFound = (values: object) => found(values).some((line) => line.includes("aws_network_acl_rule.added"));
  expect(isFound({ cidr_block: "0.0.0.0/0" })).toBe(true);
  expect(isFound({ ipv6_cidr_block: "::/0" })).toBe(true);
  expect(isFound({ cidr_block: "0.0.0.0/0", egress: true })).toBe(false);
  expect(isFound({ cidr_block: "10.0.0.0/8" })).toBe(false);
});

test("a replica in the subnets of its source is no finding of RDS.46 and RDS.11", () => {
  const source = "${aws_db_instance.database_instance_D7FC2283.identifier}";
  const estate = after(added("dev-database", "aws_db_instance", { replicate_source_db: source }));
  for (const key of ["RDS.11", "RDS.46"]) expect(findings(key, estate)).toEqual(findings(key, unchanged));
});

const endpoint = (service: string) =>
  added("dev-network", "aws_vpc_endpoint", {
    ...{ service_name: `com.amazonaws.eu-west-1.${service}`, vpc_endpoint_type: "Interface" },
    vpc_id: "${aws_vpc.network_vpc_4E8F0223.id}",
  });
const selector = (...readOnly: readonly object[]) =>
  changed("dev-iam", "aws_cloudtrail", {
    advanced_event_selector: [
      {
        field_selector: [
          { field: "eventCategory", equals: ["Data"] },
          { field: "resources.type", equals: ["AWS::S3::Object"] },
          ...readOnly,
        ],
      },
    ],
  });

/** A metric filter and an alarm for each of the 14 kinds of events of CIS, but the kinds in `without`. */
const everyEvent =
  (without?: "alarm" | "kind"): Change =>
  (stack) => {
    const words = [
      ...["UnauthorizedOperation", "MFAUsed", "PutRolePolicy", "UpdateTrail", "Failed authentication", "DisableKey"],
      ...["PutBucketPolicy", "PutConfigurationRecorder", "AuthorizeSecurityGroupIngress", "CreateNetworkAcl"],
      ...["AttachInternetGateway", "ReplaceRouteTableAssociation", "CreateVpc", "organizations.amazonaws.com"],
    ].slice(without === "kind" ? 1 : 0);
    const resources = (stack("dev-iam").json.resource ??= {});
    resources["aws_cloudwatch_log_metric_filter"] = Object.fromEntries(
      words.map((word, index) => [
        `kind${index}`,
        { pattern: `{ $.eventName = "${word}" }`, metric_transformation: [{ name: `kind${index}` }] },
      ]),
    );
    resources["aws_cloudwatch_metric_alarm"] = Object.fromEntries(
      words.slice(without === "alarm" ? 1 : 0).map((_, index) => [`kind${index}`, { metric_name: `kind${index}` }]),
    );
  };

/** Of what the example does not keep: changes after which the rule finds less in the changed stack. */
const REMEDIES: Readonly<Record<string, readonly (readonly [string, Change])[]>> = {
  "Account.1": [["dev-iam", added("dev-iam", "aws_account_alternate_contact", { alternate_contact_type: "SECURITY" })]],
  "CIS 1.16": [
    [
      "dev-iam",
      added("dev-iam", "aws_iam_role_policy_attachment", { policy_arn: "arn:aws:iam::aws:policy/AWSSupportAccess" }),
    ],
  ],
  "CIS 2.1.5": [["master-organization", added("master-organization", "aws_organizations_resource_policy", {})]],
  "CIS 2.1.6": [
    [
      "master-organization",
      (stack) => {
        const editor = stack("master-organization");
        for (const service of ["access-analyzer", "cloudtrail"])
          ((editor.json.resource ??= {})["aws_organizations_delegated_administrator"] ??= {})[service] = {
            service_principal: `${service}.amazonaws.com`,
          };
      },
    ],
  ],
  "CIS 4.1": [["dev-iam", everyEvent()]],
  "CIS 4.16": [["dev-iam", added("dev-iam", "aws_securityhub_account", {})]],
  "Config.1": [["dev-iam", added("dev-iam", "aws_config_configuration_recorder_status", { is_enabled: true })]],
  "GuardDuty.1": [["dev-iam", added("dev-iam", "aws_guardduty_detector", { enable: true })]],
  "Macie.1": [["dev-iam", added("dev-iam", "aws_macie2_account", {})]],
  "CloudTrail.2": [["dev-iam", changed("dev-iam", "aws_cloudtrail", { kms_key_id: "${aws_kms_key.x.arn}" })]],
  "CloudTrail.5": [["dev-iam", changed("dev-iam", "aws_cloudtrail", { cloud_watch_logs_group_arn: "arn" })]],
  "S3.22": [
    ["dev-iam", selector()],
    ["dev-iam", selector({ field: "readOnly", equals: ["false"] })],
  ],
  "S3.23": [["dev-iam", selector({ field: "readOnly", equals: ["true"] })]],
  "EC2.21": [
    [
      "dev-network",
      changed("dev-network", "aws_default_network_acl", {
        ingress: [{ action: "allow", cidr_block: "0.0.0.0/0", protocol: "tcp", from_port: 443, to_port: 443 }],
      }),
    ],
  ],
  "EC2.172": [
    [
      "dev-iam",
      added("dev-iam", "aws_vpc_block_public_access_options", { internet_gateway_block_mode: "block-ingress" }),
    ],
  ],
  "EC2.10": [["dev-network", endpoint("ec2")]],
  "EC2.55": [["dev-network", endpoint("ecr.api")]],
  "EC2.56": [["dev-network", endpoint("ecr.dkr")]],
  "EC2.57": [["dev-network", endpoint("ssm")]],
  "EC2.58": [["dev-network", endpoint("ssm-contacts")]],
  "EC2.60": [["dev-network", endpoint("ssm-incidents")]],
  "RDS.5": [["dev-database", database({ multi_az: true })]],
  "RDS.6": [["dev-database", database({ monitoring_interval: 60 })]],
  "RDS.9": [["dev-database", database({ enabled_cloudwatch_logs_exports: ["postgresql", "upgrade"] })]],
  "RDS.23": [["dev-database", database({ port: 6543 })]],
  "RDS.25": [["dev-database", database({ username: "kepler" })]],
};

const rowsOf = (all: typeof BREACHES) =>
  Object.entries(all).flatMap(([key, changes]) =>
    changes.map(([stack, change], index) => ({ key, stack, change, index })),
  );

test.each(rowsOf(BREACHES))("$key notices breach $index in $stack", ({ key, stack, change }) => {
  const before = findings(key, unchanged);
  const noticed = findings(key, after(change)).filter((line) => !before.includes(line));
  expect(noticed.length).toBeGreaterThan(0);
  for (const line of noticed) expect(line.startsWith(stack)).toBe(true);
});

test.each(rowsOf(REMEDIES))("$key is kept after remedy $index in $stack", ({ key, stack, change }) => {
  const left = findings(key, after(change));
  const gone = findings(key, unchanged).filter((line) => !left.includes(line));
  expect(gone).toHaveLength(1);
  expect(gone[0]?.startsWith(`${stack} `)).toBe(true);
});

test("every rule of the list has a change that it notices", () => {
  const ruled = CONTROLS.filter(({ rule }) => rule !== undefined).map(({ key }) => key);
  expect(ruled.length).toBeGreaterThan(80);
  expect([...Object.keys(BREACHES), ...Object.keys(REMEDIES)].sort()).toEqual([...ruled].sort());
});

test.each(["alarm", "kind"] as const)("events are not reported without the %s of one of them", (without) => {
  expect(findings("CIS 4.1", after(everyEvent(without)))).toEqual(findings("CIS 4.1", unchanged));
});

test("a source that only one account is allowed in a condition is not public, and a negated one is", () => {
  const topic = (Condition: object) =>
    after(
      added("dev-network", "aws_sns_topic_policy", {
        policy: statement({ Action: "sns:Publish", Principal: "*", Resource: "*", Condition }),
      }),
    );
  expect(findings("SNS.4", topic({ StringEquals: { "aws:SourceAccount": "222222222222" } }))).toEqual([]);
  expect(findings("SNS.4", topic({ StringNotEquals: { "aws:SourceAccount": "222222222222" } }))).toHaveLength(1);
  expect(findings("SNS.4", topic({ StringEquals: { "aws:UserAgent": "x" } }))).toHaveLength(1);
});

test("a member is recorded by the organization's trail, and not by the master account's own", () => {
  const own = after(changed("master-organization", "aws_cloudtrail", { is_organization_trail: false }));
  const stacks = ruleOf("CloudTrail.1")(own).findings.map(({ stack }) => stack);
  expect(stacks.sort()).toEqual(["dev-analytics-iam", "partner-lab-iam", "prod-analytics-iam"]);
});

test("a replica has the port, the user and the subnets of its source, and needs no backups", () => {
  const source = "${aws_db_instance.database_instance_D7FC2283.identifier}";
  const replica = after(added("dev-database", "aws_db_instance", { replicate_source_db: source }));
  const found = (key: string) => findings(key, replica).filter((line) => line.includes("aws_db_instance.added"));
  expect([...found("RDS.11"), ...found("RDS.46")]).toEqual([]);
  expect(found("RDS.23")).toHaveLength(1);
  expect(found("RDS.25")).toHaveLength(1);
});

test("a stack of another provider is no account", () => {
  const aiven = { id: "dev-aiven", json: { provider: { aiven: [{}] }, resource: { aiven_project: { p: {} } } } };
  const estate = new SynthesizedEstate([...synthesize(example()).stacks, aiven]);
  expect(estate.accounts).toEqual(unchanged.accounts);
  expect(estate.regions).toEqual(unchanged.regions);
});
