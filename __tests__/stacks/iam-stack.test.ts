import { awkward, example, exampleWith, exampleWithUsers, smallWith, found } from "../support/estates";
import { statement } from "../support/policy";
import type { StackReader } from "../support/stack-reader";
import { synthesize } from "../support/synthesize";

const shipped = synthesize(example());
const dev = shipped.stack("dev-iam");
const namesOf = (id: string, type: string) => synthesize(example()).stack(id).namesOf(type);

test("has the same role and user names in every account", () => {
  for (const { name } of example().accounts) {
    expect(namesOf(`${name}-iam`, "aws_iam_role")).toEqual(["Admin", "managed-instance", "Operator"]);
    expect(namesOf(`${name}-iam`, "aws_iam_user")).toEqual(["elastic-container-registry-user", "terraform-user"]);
  }
});

test("has the account settings, a budget and the managed instance profile", () => {
  expect(dev.one("aws_iam_account_alias")).toEqual({ account_alias: "galileo-dev" });
  expect(dev.one("aws_iam_account_password_policy")).toMatchObject({ minimum_password_length: 14 });
  expect(dev.one("aws_ebs_encryption_by_default")).toMatchObject({ enabled: true });
  expect(dev.one("aws_s3_account_public_access_block")).toMatchObject({ restrict_public_buckets: true });
  expect(dev.one("aws_accessanalyzer_analyzer")).toMatchObject({ type: "ACCOUNT" });
  expect(dev.one("aws_iam_instance_profile")).toMatchObject({ name: "managed-instance" });
  expect(dev.one("aws_budgets_budget")).toMatchObject({ name: "galileo-dev-monthly", limit_amount: "50" });
});

test("has the regional settings wherever the account's environments, members and alarm are", () => {
  const estate = exampleWith((file) => {
    found(file.environments, "dev").region = "eu-central-1";
    found(file.accounts, "partner-lab").region = "eu-west-2";
    found(file.accounts, "ci").furtherRegions = ["us-west-2", "ap-south-1"];
  });
  const regions = (account: string, type: string) => {
    const stack = synthesize(estate).stack(`${account}-iam`);
    return stack
      .all(type)
      .map((resource) => stack.regionOf(resource))
      .sort();
  };
  for (const type of [
    "aws_ebs_encryption_by_default",
    "aws_accessanalyzer_analyzer",
    "aws_ec2_instance_metadata_defaults",
    "aws_ebs_snapshot_block_public_access",
    "aws_ec2_image_block_public_access",
  ]) {
    expect(regions("dev", type)).toEqual(["eu-central-1", "eu-west-1"]);
    expect(regions("dev-analytics", type)).toEqual(["eu-central-1", "eu-west-1"]);
    expect(regions("partner-lab", type)).toEqual(["eu-central-1", "eu-west-2"]);
    expect(regions("ci", type)).toEqual(["ap-south-1", "eu-west-1", "us-west-2"]);
    expect(regions("prod", type)).toEqual(["eu-west-1", "us-east-1"]);
    expect(regions("master", type)).toEqual(["eu-west-1"]); // it has an IAM role only in eu-central-1
  }
});

test("has a GuardDuty detector in each of the account's regions if the file asks for it, and none in other accounts", () => {
  const estate = synthesize(exampleWith((file) => (found(file.accounts, "prod").guardDuty = true)));
  const detectors = estate.stacks.flatMap((stack) =>
    stack.all("aws_guardduty_detector").map((detector) => `${stack.id} ${stack.regionOf(detector)}`),
  );
  expect(detectors.sort()).toEqual(["prod-iam eu-west-1", "prod-iam us-east-1"]);
  expect(estate.stack("prod-iam").all("aws_guardduty_detector_feature")).toHaveLength(10);
});

test("has an AWS Config recorder in each of the account's regions if the file asks for it, and none in other accounts", () => {
  const estate = synthesize(exampleWith((file) => (found(file.accounts, "prod").configRecorder = true)));
  const recorders = estate.stacks.flatMap((stack) =>
    stack.all("aws_config_configuration_recorder").map((recorder) => `${stack.id} ${stack.regionOf(recorder)}`),
  );
  expect(recorders.sort()).toEqual(["prod-iam eu-west-1", "prod-iam us-east-1"]);
  expect(estate.stack("prod-iam").at("config/bucket/bucket")).toMatchObject({ bucket: "555555555555-galileo-config" });
});

test("has Security Hub with one standard in each of the account's regions if the file asks for it, and in no other account", () => {
  const estate = synthesize(exampleWith((file) => (found(file.accounts, "prod").securityHub = true)));
  const hubs = estate.stacks.flatMap((stack) =>
    stack.all("aws_securityhub_account").map((hub) => `${stack.id} ${stack.regionOf(hub)}`),
  );
  expect(hubs.sort()).toEqual(["prod-iam eu-west-1", "prod-iam us-east-1"]);
  const prod = estate.stack("prod-iam");
  const standards = prod.all("aws_securityhub_standards_subscription");
  expect(standards).toHaveLength(2);
  for (const standard of standards)
    expect(standard.values["standards_arn"]).toBe(
      `arn:aws:securityhub:${prod.regionOf(standard)}::standards/aws-foundational-security-best-practices/v/1.0.0`,
    );
});

test("keeps the settings of a region that an environment leaves if the account names it, so that Terraform has a provider", () => {
  const settingsOf = (change: Parameters<typeof exampleWith>[0]) => {
    const stack = synthesize(exampleWith(change)).stack("dev-iam");
    return { resources: stack.json.resource, providers: stack.providers };
  };
  const before = settingsOf((file) => (found(file.environments, "dev").region = "eu-central-1"));
  const kept = settingsOf((file) => (found(file.accounts, "dev").furtherRegions = ["eu-central-1"]));
  expect(Object.keys(kept.resources?.["aws_ebs_encryption_by_default"] ?? {})).toHaveLength(2);
  for (const type of ["aws_ebs_encryption_by_default", "aws_accessanalyzer_analyzer"])
    expect(kept.resources?.[type]).toEqual(before.resources?.[type]);
  expect(kept.providers).toEqual(before.providers);
});

test("only the security account has an analyzer of the organization, in each region of its members", () => {
  const estate = exampleWith((file) => {
    found(file.accounts, "dev-analytics").kind = "security";
    found(file.environments, "dev").members = {};
    file.organization = { ...file.organization, allowedRegions: ["eu-west-1", "us-east-1"] };
  });
  const analyzers = synthesize(estate).stacks.flatMap((stack) =>
    stack.all("aws_accessanalyzer_analyzer").map(({ values }) => [stack.id, stack.regionOf({ values }), values]),
  );
  const ofOrganization = { analyzer_name: "organization", type: "ORGANIZATION" };
  expect(analyzers.filter(([, , values]) => JSON.stringify(values).includes("ORGANIZATION"))).toEqual([
    ["dev-analytics-iam", "eu-west-1", ofOrganization],
    ["dev-analytics-iam", "us-east-1", { ...ofOrganization, provider: "aws.us-east-1" }],
  ]);
});

test("blocks public EMR clusters in member accounts, where EMR runs, in every region that they use", () => {
  const blocking = shipped.stacks.filter((stack) => stack.all("aws_emr_block_public_access_configuration").length > 0);
  expect(blocking.map(({ id }) => id)).toEqual(["dev-analytics-iam", "partner-lab-iam", "prod-analytics-iam"]);
});

test("sets the alternate contacts of the estate and of the account, and none that neither has", () => {
  expect(dev.all("aws_account_alternate_contact")).toEqual([]);
  const contact = (email: string) => ({ name: "Team", title: "On call", email, phone: "+1 555 0100" });
  const estate = exampleWith((file) => {
    file.contacts = { security: contact("security@example.com"), billing: contact("billing@example.com") };
    found(file.accounts, "dev").contacts = { security: contact("dev@example.com") };
    found(file.accounts, "partner-lab").contacts = { operations: contact("partner@example.com") };
  });
  const contactsOf = (stack: string) =>
    synthesize(estate)
      .stack(stack)
      .all("aws_account_alternate_contact")
      .map(({ values }) => `${String(values["alternate_contact_type"])} ${String(values["email_address"])}`)
      .sort();
  expect(contactsOf("dev-iam")).toEqual(["BILLING billing@example.com", "SECURITY dev@example.com"]);
  expect(contactsOf("dev-analytics-iam")).toEqual(["BILLING billing@example.com", "SECURITY security@example.com"]);
  // An invited member belongs to somebody else.
  expect(contactsOf("partner-lab-iam")).toEqual(["OPERATIONS partner@example.com"]);
});

test("sends budget alerts to the account's own address", () => {
  const [alert] = shipped.stack("prod-iam").one("aws_budgets_budget")["notification"] as unknown[];
  expect(alert).toMatchObject({ subscriber_email_addresses: ["aws-prod@example.com"] });
  expect(shipped.stack("prod-iam").one("aws_budgets_budget")).toMatchObject({ limit_amount: "200" });
});

test("outputs its roles and users", () => {
  expect(Object.fromEntries(Object.entries(dev.outputs).map(([name, { description }]) => [name, description]))).toEqual(
    {
      "operator-role-arn": "The role for everyday work",
      "admin-role-arn": "The role with full access, for an hour at a time",
      "terraform-user-arn": "The service user that reads network descriptions",
      "elastic-container-registry-user-arn": "The service user that pushes and pulls images",
    },
  );
});

test("people's roles have the account's people, networks and session lengths", () => {
  const withUsers = synthesize(exampleWithUsers());
  const [prod, dev] = ["prod-iam", "dev-iam"].map((id) => withUsers.stack(id)) as [StackReader, StackReader];
  const accounts = Object.fromEntries(exampleWithUsers().accounts.map((account) => [account.name, account]));
  const { operators, admins } = found(accounts, "prod");
  const conditions = {
    Bool: { "aws:MultiFactorAuthPresent": "true" },
    IpAddress: { "aws:SourceIp": ["198.51.100.0/24"] },
  };
  expect(prod.trust("operator/role/role").Statement).toMatchObject([
    { Principal: { AWS: operators }, Condition: conditions },
  ]);
  expect(prod.trust("admin/role/role").Statement).toMatchObject([
    { Principal: { AWS: admins }, Condition: conditions },
  ]);
  expect(prod.at("operator/role/role")).toMatchObject({ max_session_duration: 14400 });
  expect(dev.at("operator/role/role")).toMatchObject({ max_session_duration: 28800 });
  expect(dev.trust("admin/role/role").Statement[0]?.Condition).not.toHaveProperty("IpAddress");
});

test("Operator may work with the databases that have this estate's tags", () => {
  const power = statement(dev.policy("operator/role/inline-database-power"), "StartStopAndRebootEstateDatabases");
  const tagged = Object.fromEntries(
    Object.entries(power.Condition?.["StringEquals"] ?? {}).map(([key, value]) => [
      key.replace("aws:ResourceTag/", ""),
      value,
    ]),
  );
  expect(tagged).toEqual({ Solution: "galileo", ManagedBy: "cdktf" });
  expect(shipped.stack("dev-database").defaultTags).toMatchObject(tagged);
});

describe("the registry user", () => {
  const USER = "elastic-container-registry-user/user";
  const policyOf = (id: string) => shipped.stack(id).policy(`${USER}/policy`);

  test("may push to the repositories of the environments in its account", () => {
    expect(statement(policyOf("dev-iam"), "PushAndPullImages")).toMatchObject({
      Resource: ["arn:aws:ecr:eu-west-1:222222222222:repository/dev-irl-galileo/dagster"],
    });
    expect(shipped.stack("dev-application").one("aws_ecr_repository")).toMatchObject({
      name: "dev-irl-galileo/dagster",
    });
  });

  test("has AWS's secrets policy if all environments of the account have the documented profile", () => {
    expect(dev.managedPolicies(USER)).toContain("arn:aws:iam::aws:policy/SecretsManagerReadWrite");
  });

  test("may access secrets of its environments only if one of them is hardened", () => {
    const prod = shipped.stack("prod-iam");
    expect(prod.managedPolicies(USER)).not.toContain("arn:aws:iam::aws:policy/SecretsManagerReadWrite");
    expect(statement(policyOf("prod-iam"), "ReadAndWriteSecretsOfItsEnvironments")).toMatchObject({
      Resource: ["arn:aws:secretsmanager:eu-west-1:555555555555:secret:prod-irl-galileo/*"],
    });
  });

  test("serves all environments of a shared account, each in its region", () => {
    const hub = synthesize(awkward()).stack("hub-iam").policy(`${USER}/policy`);
    expect(statement(hub, "PushAndPullImages").Resource).toEqual([
      "arn:aws:ecr:ap-southeast-6:100000000001:repository/alpha-akl-raas-2/team/worker.v2",
      "arn:aws:ecr:ap-southeast-6:100000000001:repository/alpha-akl-raas-2/worker",
    ]);
    expect(statement(hub, "ReadAndWriteSecretsOfItsEnvironments").Resource).toEqual([
      "arn:aws:secretsmanager:ap-southeast-6:100000000001:secret:alpha-akl-raas-2/*",
      "arn:aws:secretsmanager:us-east-1:100000000001:secret:alpha-2-va-raas-2/*",
    ]);
  });

  test("may only log in if the account has no environment", () => {
    expect(policyOf("master-iam").Statement.map(({ Sid }) => Sid)).toEqual(["LogInToTheRegistry"]);
  });
});

describe("service users", () => {
  test("are exactly the account's own", () => {
    const users = (serviceUsers: ("terraform-user" | "elastic-container-registry-user")[]) => {
      const stack = synthesize(smallWith((file) => (found(file.accounts, "ci").serviceUsers = serviceUsers))).stack(
        "ci-iam",
      );
      return { users: stack.namesOf("aws_iam_user"), outputs: Object.keys(stack.outputs) };
    };
    expect(users(["terraform-user"])).toEqual({
      users: ["terraform-user"],
      outputs: ["admin-role-arn", "operator-role-arn", "terraform-user-arn"],
    });
    expect(users([])).toEqual({ users: [], outputs: ["admin-role-arn", "operator-role-arn"] });
  });
});

describe("the account's own trail", () => {
  const trails = (from: typeof shipped) =>
    from.stacks.flatMap((stack) =>
      stack.id.endsWith("-iam") && stack.all("aws_cloudtrail").length > 0 ? [stack.id] : [],
    );

  test("exists in main accounts: others have the organization's trail, or their owner's", () => {
    expect(trails(shipped)).toEqual(["ci-iam", "dev-iam", "prod-iam", "staging-iam"]);
  });

  test("follows the account's setting", () => {
    const from = synthesize(
      smallWith((file) => {
        file.accounts["guest"] = {
          ...found(file.accounts, "ci"),
          kind: "member",
          membership: "invited",
          id: "777777777777",
          email: "g@example.com",
          trail: true,
        };
        found(file.accounts, "ci").trail = false;
      }),
    );
    expect(trails(from)).toEqual(["guest-iam"]);
  });

  test("is named after the account, in a bucket with the account's lock period", () => {
    expect(dev.one("aws_cloudtrail")).toMatchObject({ name: "galileo-dev", is_organization_trail: false });
    expect(dev.at("trail/bucket/bucket")).toMatchObject({ bucket: "222222222222-galileo-trail" });
    const short = synthesize(smallWith((file) => (found(file.accounts, "ci").trailLockDays = 7))).stack("ci-iam");
    expect(short.one("aws_s3_bucket_object_lock_configuration")).toMatchObject({
      rule: { default_retention: { days: 7 } },
    });
  });
});

describe("the alarm on use of Admin", () => {
  const prod = shipped.stack("prod-iam");

  test("reports Admin only in accounts with a production environment, and elsewhere root alone, without cost", () => {
    const stacks = [...shipped.stacks, ...synthesize(awkward()).stacks].filter(({ id }) => id.endsWith("-iam"));
    const patternsOf = (stack: typeof prod) =>
      stack.all("aws_cloudwatch_event_rule").map(({ values }) => String(values["event_pattern"]));
    const alarmed = stacks.filter((stack) => patternsOf(stack).some((pattern) => pattern.includes("role/Admin")));
    expect(alarmed.map(({ id }) => id)).toEqual(["prod-iam", "hub-iam"]);
    for (const stack of stacks.filter((each) => !alarmed.includes(each))) {
      expect(patternsOf(stack)).toEqual([expect.stringContaining('"type":["Root"]')]);
      expect(stack.all("aws_kms_key")).toEqual([]);
    }
  });

  test("has rules in the account's region and the region of root sign-ins, and once if they are the same", () => {
    const regions = (stack: typeof prod) => stack.all("aws_sns_topic").map((topic) => stack.regionOf(topic));
    expect(regions(prod).sort()).toEqual(["eu-west-1", "us-east-1"]);
    const home = smallWith((file) => {
      file.defaultRegion = "us-east-1";
      Object.assign(found(file.environments, "ci"), { production: true, externalId: "own", database: {} });
    });
    const ci = synthesize(home).stack("ci-iam");
    expect(regions(ci)).toEqual(["us-east-1"]);
    expect(ci.providers).toHaveLength(1);
  });

  test("can be destroyed when production ends: its providers are declared in every account that may have it", () => {
    const regions = (id: string) => shipped.stack(id).providers.map(({ region }) => region);
    for (const id of ["master-iam", "dev-iam", "prod-iam"]) expect(regions(id)).toEqual(["eu-west-1", "us-east-1"]);
  });

  test("has all regional resources in the right region", () => {
    const isOther = ({ path }: { path: string }) => /^(alarm|settings)\/us-east-1\//.test(path);
    const ofRegion = prod.resources.filter(isOther);
    expect(ofRegion.length).toBeGreaterThan(8);
    for (const resource of ofRegion) expect(resource.values["provider"]).toBe("aws.us-east-1");
    for (const { path, values } of prod.resources)
      if (!isOther({ path })) expect(values).not.toHaveProperty("provider");
  });

  test("reports the account's own Admin, which can be assumed only in the regions with rules", () => {
    const patterns = prod.all("aws_cloudwatch_event_rule").map(({ values }) => String(values["event_pattern"]));
    expect(patterns.filter((pattern) => pattern.includes("arn:aws:iam::555555555555:role/Admin"))).toHaveLength(2);
    expect(prod.trust("admin/role/role").Statement[0]?.Condition).toMatchObject({
      StringEquals: { "aws:RequestedRegion": ["eu-west-1", "us-east-1"] },
    });
    const withUsers = synthesize(exampleWithUsers());
    const conditionOf = (id: string, role: string) => withUsers.stack(id).trust(role).Statement[0]?.Condition;
    expect(conditionOf("dev-iam", "admin/role/role")).not.toHaveProperty("StringEquals");
    expect(conditionOf("prod-iam", "operator/role/role")).not.toHaveProperty("StringEquals");
  });

  test("reports Admin's permission sets too if groups work as Admin, also in the home region of IAM Identity Center", () => {
    const estate = exampleWith((file) => {
      file.identityCenter = { region: "eu-central-1" };
      for (const name of ["dev", "prod"])
        Object.assign(found(file.accounts, name), {
          admins: ["group:leads"],
          breakGlass: name === "prod" ? ["arn:aws:iam::111111111111:user/lead"] : undefined,
        });
    });
    const [ofProd, ofDev] = ["prod-iam", "dev-iam"].map((id) => synthesize(estate).stack(id));
    const rules = ofProd?.all("aws_cloudwatch_event_rule") ?? [];
    const regions = ["eu-central-1", "eu-west-1", "us-east-1"];
    for (const set of ["Admin", "Admin-prod"]) {
      const naming = rules.filter(({ values }) => String(values["event_pattern"]).includes(`AWSReservedSSO_${set}_`));
      expect(naming.map((rule) => ofProd?.regionOf(rule)).sort()).toEqual([...regions, ...regions].sort());
    }
    expect(ofProd?.trust("admin/role/role").Statement[0]?.Condition).toMatchObject({
      StringEquals: { "aws:RequestedRegion": ["eu-west-1", "us-east-1", "eu-central-1"] },
    });
    // The SCP of the organization allows what is there.
    expect(estate.organization?.allowedRegions).toContain("eu-central-1");
    expect(JSON.stringify(ofDev?.all("aws_cloudwatch_event_rule"))).not.toContain("AWSReservedSSO");
  });

  test("notifies the account's recipients, or its own address by default", () => {
    const subscribersOf = (stack: typeof prod) =>
      stack.all("aws_sns_topic_subscription").map(({ values }) => values["endpoint"]);
    expect(subscribersOf(prod)).toEqual(["aws-prod@example.com", "aws-prod@example.com"]);
    const named = exampleWith(
      (file) => (found(file.accounts, "prod").alarmEmails = ["on-call@example.com", "lead@example.com"]),
    );
    expect(new Set(subscribersOf(synthesize(named).stack("prod-iam")))).toEqual(
      new Set(["on-call@example.com", "lead@example.com"]),
    );
  });
});
