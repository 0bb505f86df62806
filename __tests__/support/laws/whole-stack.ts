import { accountOf, isOwnStack, textsIn, type Law, changed, added, lawOfControls } from "./law";

const TAGS = ["Account", "ChargeCode", "Environment", "ManagedBy", "Solution", "Stack"];

const ownAccount: Law = {
  name: "every stack uses one account of the estate, and tags all its resources",
  violations: ({ estate, stacks }) =>
    stacks.flatMap((stack) =>
      stack.providers.flatMap((provider) => {
        const allowed = (provider["allowed_account_ids"] ?? []) as string[];
        const known = allowed.join() === accountOf(stack) && estate.accounts.some(({ id }) => id === allowed[0]);
        const missing = TAGS.filter((tag) => !provider.default_tags?.[0]?.tags[tag]);
        return [
          ...(known ? [] : [`${stack.id} may use ${allowed.join(", ") || "any account"}`]),
          ...(provider["region"] ? [] : [`${stack.id} has no region`]),
          ...missing.map((tag) => `${stack.id} does not tag with ${tag}`),
        ];
      }),
    ),
  breaches: {
    "any account": (stack) => delete stack("dev-iam").provider["allowed_account_ids"],
    "two accounts": (stack) => (stack("dev-iam").provider["allowed_account_ids"] = ["222222222222", "333333333333"]),
    "an unknown account": (stack) => (stack("dev-iam").provider["allowed_account_ids"] = ["999999999999"]),
    "another account in another region": (stack) =>
      (stack("prod-iam").providerOf("us-east-1")["allowed_account_ids"] = ["222222222222"]),
    "any account in another region": (stack) => delete stack("prod-iam").providerOf("us-east-1")["allowed_account_ids"],
    "no region": (stack) => delete stack("dev-iam").provider["region"],
    "no charge code": (stack) => (stack("dev-iam").provider["default_tags"] = [{ tags: { Solution: "galileo" } }]),
  },
};

const tagsOnce: Law = {
  name: "no resource overrides a default tag of its stack, except for the charge code of a security group",
  violations: ({ stacks }) =>
    stacks.flatMap(({ id, resources, defaultTags }) =>
      resources.flatMap(({ type, address, values }) =>
        Object.keys(values["tags"] ?? {})
          .filter((tag) => type !== "aws_security_group" || tag !== "ChargeCode")
          .filter((tag) => Object.keys(defaultTags).some((common) => common.toLowerCase() === tag.toLowerCase()))
          .map((tag) => `${id} ${address} sets ${tag}`),
      ),
    ),
  breaches: {
    "a resource with a charge code of its own": changed("dev-network", "aws_vpc", { tags: { ChargeCode: "mine" } }),
    "a group with the Environment tag": changed("dev-network", "aws_security_group", {
      tags: { ChargeCode: "mine", Environment: "mine" },
    }),
    "the same key in lower case, which IAM treats as equal": changed("dev-iam", "aws_iam_role", {
      tags: { solution: "mine" },
    }),
  },
};

const knownAccounts: Law = {
  name: "no stack names an account that is not in the estate file",
  violations: ({ estate, stacks }) => {
    const created = estate.organization?.members.flatMap(({ id }) => (id === undefined ? [] : [id])) ?? [];
    const named = estate.accounts.flatMap(({ id, operators, admins }) => [
      id,
      ...[...operators, ...admins].map((arn) => arn.split(":")[4] ?? ""),
    ]);
    const known = new Set([...named, ...created, "", "aws", "*"]);
    return stacks.flatMap((stack) =>
      // Outside AWS, other numbers have 12 digits too.
      [...textsIn(stack.isOutsideAws ? stack.json.terraform : stack.json)]
        .flatMap(({ text }) => [
          ...[...text.matchAll(/arn:aws:[\w-]*:[\w*-]*:([^:/"]*):/g)].map(([, id]) => id ?? ""),
          // Not the end of a GUID.
          ...[...text.matchAll(/(?<!\w|[\da-f]{4}-)\d{12}(?!\w)/g)].map(([id]) => id),
        ])
        .filter((id) => !known.has(id))
        .map((id) => `${stack.id} names the account ${id}`),
    );
  },
  breaches: {
    "a bucket of an unknown account": changed("dev-application", "aws_s3_bucket", { bucket: "999999999999-data" }),
    "a policy with an unknown account": (stack) => {
      const editor = stack("dev-application");
      editor.editPolicy(editor.first("aws_iam_role_policy"), "policy", ({ Statement }) => {
        for (const statement of Statement) statement.Resource = "arn:aws:iam::999999999999:role/other";
      });
    },
  },
};

const resolved: Law = {
  name: "no unresolved cdktf token is in the text",
  violations: ({ stacks }) =>
    stacks.flatMap(({ id, json }) =>
      /TfToken\[|\bTOKEN\b|\[object |undefined\b/.test(JSON.stringify(json)) ? [`${id} holds an unresolved token`] : [],
    ),
  breaches: {
    "a token": changed("dev-network", "aws_vpc", { cidr_block: "${TfToken[TOKEN.42]}" }),
    "the text undefined": changed("dev-network", "aws_vpc", { cidr_block: "undefined/20" }),
  },
};

const connected: Law = {
  name: "every reference of a stack points to something in the stack",
  violations: ({ stacks }) =>
    stacks.flatMap((stack) => {
      const { id, json, resources } = stack;
      const there = new Set([
        ...resources.map(({ address }) => address),
        ...Object.entries(json.data ?? {}).flatMap(([type, sources]) =>
          Object.keys(sources).map((name) => `data.${type}.${name}`),
        ),
        ...Object.keys(json.module ?? {}).map((name) => `module.${name}`),
      ]);
      const references = [...textsIn([json.resource, json.output])].flatMap(({ key, text }) => {
        if (key === "depends_on") return [text];
        if (key === "provider") return [];
        return [...text.matchAll(/(?<!\$)\$\{((?:data\.)?\w+\.[\w-]+)/g)].map(([, address]) => address ?? text);
      });
      return references
        .filter((address) => !there.has(address) && !address.startsWith("self."))
        .map((address) => `${id} refers to ${address}, which does not exist`);
    }),
  breaches: {
    "an attribute of a removed resource": (stack) => {
      stack("dev-network").remove("aws_vpc");
    },
    "a dependency on a removed resource": (stack) => {
      stack("dev-database").remove("aws_cloudwatch_log_group");
    },
    "a removed remote state": (stack) => delete stack("dev-database").json.data,
  },
};

const outputsExplained: Law = {
  name: "every output has a description, except those that only other stacks read",
  violations: ({ stacks }) =>
    stacks.flatMap(({ id, json }) =>
      Object.entries(json.output ?? {})
        .filter(
          ([name, { description, sensitive }]) =>
            !description && !(sensitive && name.startsWith("cross-stack-output-")),
        )
        .map(([name]) => `${id} has the output ${name} without a description`),
    ),
  breaches: {
    "an output without description": (stack) => {
      const [output] = Object.values(stack("dev-iam").json.output ?? {});
      delete output?.description;
    },
  },
};

const outsideAws: Law = {
  name: "a stack outside AWS has one provider and nothing of AWS, and Terraform refuses to destroy what it has",
  violations: ({ stacks }) =>
    stacks
      .filter(({ isOutsideAws }) => isOutsideAws)
      .flatMap(({ id, json: { provider = {} }, resources }) => [
        ...(Object.keys(provider).length === 1 ? [] : [`${id} has ${Object.keys(provider).length} providers`]),
        ...resources.flatMap(({ type, address, values }) => [
          ...(type.startsWith("aws_") ? [`${id} has ${address}, whose account nothing limits`] : []),
          ...((values["lifecycle"] as { prevent_destroy?: unknown } | undefined)?.prevent_destroy === true
            ? []
            : [`${id} may destroy ${address}`]),
        ]),
      ]),
  breaches: {
    "resources of AWS without its provider": (stack) =>
      Object.assign(stack("dev-network").json, { provider: { google: [{}] } }),
  },
};

/** AWS's maximum length of a name, and the scope in which it must be unique. */
const NAMES: Readonly<Record<string, { attribute: string; within: "account" | "region" | "aws"; longest: number }>> = {
  aws_iam_role: { attribute: "name", within: "account", longest: 64 },
  aws_iam_user: { attribute: "name", within: "account", longest: 64 },
  aws_iam_policy: { attribute: "name", within: "account", longest: 128 },
  aws_iam_instance_profile: { attribute: "name", within: "account", longest: 128 },
  aws_iam_openid_connect_provider: { attribute: "url", within: "account", longest: 255 },
  aws_budgets_budget: { attribute: "name", within: "account", longest: 100 },
  aws_iam_account_alias: { attribute: "account_alias", within: "aws", longest: 63 },
  aws_s3_bucket: { attribute: "bucket", within: "aws", longest: 63 },
  aws_db_instance: { attribute: "identifier", within: "region", longest: 63 },
  aws_db_subnet_group: { attribute: "name", within: "region", longest: 255 },
  aws_db_parameter_group: { attribute: "name", within: "region", longest: 255 },
  aws_security_group: { attribute: "name", within: "region", longest: 255 },
  aws_kms_alias: { attribute: "name", within: "region", longest: 256 },
  aws_cloudwatch_log_group: { attribute: "name", within: "region", longest: 512 },
  aws_cloudtrail: { attribute: "name", within: "region", longest: 128 },
  aws_cloudwatch_event_rule: { attribute: "name", within: "region", longest: 64 },
  aws_sns_topic: { attribute: "name", within: "region", longest: 256 },
  aws_organizations_account: { attribute: "name", within: "aws", longest: 50 },
  aws_organizations_organizational_unit: { attribute: "name", within: "account", longest: 128 },
  aws_organizations_policy: { attribute: "name", within: "account", longest: 128 },
  aws_ecr_repository: { attribute: "name", within: "region", longest: 256 },
};

const nothingForgottenIsKept: Law = {
  name: "a forgotten resource stays in AWS and is not in the stack, which Terraform would refuse",
  violations: ({ stacks }) =>
    stacks.flatMap(({ id, json: { removed = [] }, resources }) => [
      ...removed.filter(({ lifecycle }) => lifecycle["destroy"] !== false).map(({ from }) => `${id} destroys ${from}`),
      ...removed
        .filter(({ from }) => resources.some(({ address }) => address === from))
        .map(({ from }) => `${id} still contains ${from}`),
    ]),
  breaches: {
    "a forgotten resource that is destroyed": (stack) => {
      for (const { lifecycle } of stack("dev-network").json.removed ?? []) lifecycle["destroy"] = true;
    },
    "a forgotten resource that is still in the stack": (stack) => {
      const [, name = ""] = stack("dev-network").json.removed?.[0]?.from.split(".") ?? [];
      (stack("dev-network").json.resource ??= {})["aws_vpc_security_group_ingress_rule"] = { [name]: {} };
    },
  },
};

const uniqueNames: Law = {
  name: "every name is within AWS's maximum length, and unique where AWS requires it",
  violations: ({ stacks }) => {
    const owners = new Map<string, string>();
    return stacks.flatMap((stack) =>
      stack.resources.flatMap(({ type, address, values }) => {
        const rule = NAMES[type];
        if (!rule) return [];
        const name = String(values[rule.attribute] ?? values[`${rule.attribute}_prefix`]);
        const place = {
          aws: "",
          account: accountOf(stack),
          region: `${accountOf(stack)} ${stack.regionOf({ values })}`,
        }[rule.within];
        // IAM treats names that differ only in case as equal.
        const owned = `${type} ${place} ${name.toLowerCase()}`;
        const owner = owners.get(owned);
        owners.set(owned, `${stack.id} ${address}`);
        return [
          ...(owner === undefined ? [] : [`${stack.id} ${address} has the name of ${owner}: ${name}`]),
          ...(name.length > rule.longest || name.length === 0
            ? [`${stack.id} ${address} has a name of ${name.length} characters: ${name}`]
            : []),
        ];
      }),
    );
  },
  breaches: {
    "two roles of one account, in two stacks": changed("dev-application", "aws_iam_role", { name: "operator" }),
    "two buckets, in two accounts": (stack) =>
      (stack("ci-application").first("aws_s3_bucket")["bucket"] =
        stack("dev-application").first("aws_s3_bucket")["bucket"]),
    "a role whose name is too long": changed("dev-application", "aws_iam_role", { name: "x".repeat(65) }),
    "two log groups": (stack) => {
      stack("dev-network").add("aws_cloudwatch_log_group", {
        name: stack("dev-database").first("aws_cloudwatch_log_group")["name"],
      });
    },
  },
};

/** What an account has once, in no region. */
const GLOBAL_SETTINGS = [
  "aws_organizations_organization",
  "aws_iam_account_alias",
  "aws_iam_account_password_policy",
  "aws_s3_account_public_access_block",
];

/** What an account has once in each region. */
const REGIONAL_SETTINGS = ["aws_accessanalyzer_analyzer", "aws_ebs_encryption_by_default"];

const onceAnAccount: Law = {
  name: "account-wide settings are created once per account, and once per region if AWS keeps them for each",
  violations: ({ stacks }) => {
    const owners = new Map<string, string>();
    return stacks.flatMap((stack) =>
      stack.resources
        .filter(({ type }) => GLOBAL_SETTINGS.includes(type) || REGIONAL_SETTINGS.includes(type))
        .flatMap(({ type, values }) => {
          const region = REGIONAL_SETTINGS.includes(type) ? stack.regionOf({ values }) : "";
          // An account may have an analyzer of itself and one of the organization.
          const kind = type === "aws_accessanalyzer_analyzer" ? ` ${String(values["type"])}` : "";
          const place = `${accountOf(stack)} ${region} ${type}${kind}`;
          const owner = owners.get(place);
          owners.set(place, stack.id);
          return owner === undefined ? [] : [`${stack.id} has the ${type} that ${owner} has`];
        }),
    );
  },
  breaches: {
    "two password policies": added("dev-network", "aws_iam_account_password_policy", {}),
    "two analyzers of one region": added("dev-network", "aws_accessanalyzer_analyzer", { type: "ACCOUNT" }),
  },
};

const settingsInEachRegion = lawOfControls(
  "an account has its regional settings in every region in which it has a regional resource",
  ["IAM.28", "EC2.7"],
  {
    "an environment in another region": (stack) => (stack("dev-network").provider["region"] = "eu-west-2"),
    "no encryption in the alarm's region": (stack) => {
      stack("prod-iam").at("settings/us-east-1/disk-encryption")["provider"] = "aws";
    },
  },
);

/** Characters that AWS allows in texts other than those of NAMES, by type and attribute: CreateX in each API reference. */
const TEXTS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  aws_cloudwatch_event_rule: { description: 512 },
  aws_config_configuration_recorder: { name: 256 },
  aws_config_delivery_channel: { name: 256 },
  aws_db_instance: { final_snapshot_identifier: 255, db_name: 63, username: 63 },
  // Terraform adds 26 characters to a prefix.
  aws_db_parameter_group: { name_prefix: 255 - 26, description: 255 },
  aws_db_subnet_group: { description: 255 },
  // Names of AWS, the longest of those in use.
  google_project: { name: 30 },
  aws_guardduty_detector_feature: { name: 22 },
  aws_iam_policy: { name: 128, path: 512, description: 1000 },
  aws_iam_role: { path: 512, description: 1000 },
  aws_iam_role_policy: { name: 128 },
  aws_iam_user: { name: 64, path: 512 },
  aws_kms_key: { description: 8192 },
  aws_organizations_account: { email: 64 },
  aws_organizations_policy: { description: 512 },
  aws_security_group: { description: 255 },
  aws_identitystore_group: { display_name: 1024, description: 1024 },
  aws_ssoadmin_permission_set: { name: 32, description: 700 },
  aws_vpc_security_group_egress_rule: { description: 255 },
  aws_vpc_security_group_ingress_rule: { description: 255 },
};

const isName = (attribute: string) => /^(name|name_prefix|description|bucket|identifier)$/.test(attribute);

const namesFit: Law = {
  name: "no name or description has more characters than AWS allows, and every kind of name has such a limit here",
  violations: ({ estate, stacks }) =>
    stacks.flatMap(({ id, resources }) =>
      resources.flatMap(({ type, address, values }) => {
        if (!(type in NAMES) && !(type in TEXTS) && isOwnStack(estate, id)) return []; // a type of the team's
        const { attribute: named = "", longest = 0 } = NAMES[type] ?? {};
        const limits: Readonly<Record<string, number>> = { ...TEXTS[type], [named]: longest };
        const texts = Object.entries(values).filter((entry): entry is [string, string] => {
          const [attribute, text] = entry;
          return typeof text === "string" && !text.startsWith("${") && (attribute in limits || isName(attribute));
        });
        return texts
          .filter(([attribute, text]) => text.length > (limits[attribute] ?? 0))
          .map(([attribute, text]) => `${id} ${address} ${attribute} has ${text.length} characters`);
      }),
    ),
  breaches: {
    "a role's name that is one too long": changed("dev-iam", "aws_iam_role", { name: "n".repeat(65) }),
    "a description that is one too long": changed("dev-network", "aws_security_group", {
      description: "n".repeat(256),
    }),
    "a kind of name without a limit": added("dev-iam", "aws_sqs_queue", { name: "queue" }),
  },
};

export const WHOLE_STACK_LAWS = [
  ownAccount,
  tagsOnce,
  knownAccounts,
  resolved,
  connected,
  outputsExplained,
  outsideAws,
  nothingForgottenIsKept,
  uniqueNames,
  namesFit,
  onceAnAccount,
  settingsInEachRegion,
];
