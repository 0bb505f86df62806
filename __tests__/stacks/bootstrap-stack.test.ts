import { adminArns } from "../../config/naming";
import { awkward, example, exampleWithUsers, found, smallWith, usersWith } from "../support/estates";
import { listOf, statement } from "../support/policy";
import { synthesize } from "../support/synthesize";

const shipped = synthesize(example());

test("creates the bucket that stores its own state", () => {
  for (const stack of shipped.stacks.filter(({ id }) => id.endsWith("-bootstrap"))) {
    expect(stack.at("state/bucket/bucket")).toEqual({
      bucket: stack.backend["bucket"],
      lifecycle: { prevent_destroy: true },
    });
  }
});

test("outputs the bucket, the plan role and each apply role", () => {
  expect(shipped.stack("dev-bootstrap").outputs).toMatchObject({
    "state-bucket-arn": { description: "The bucket in which this account's states lie" },
    "plan-role-arn": { description: "The role that pipelines plan as" },
    "apply-role-arn-account-dev": { description: "The role that jobs of the GitHub environment account-dev apply as" },
    "apply-role-arn-dev": { description: "The role that jobs of the GitHub environment dev apply as" },
  });
});

describe("the key of the states", () => {
  test("is created only on request, and named by the default encryption of the bucket alone", () => {
    const keys = shipped.stacks
      .filter(({ id }) => id.endsWith("-bootstrap"))
      .filter((stack) => stack.all("aws_kms_key").length > 0);
    expect(keys.map(({ id }) => id)).toEqual(["prod-bootstrap"]);
    const [key] = keys;
    expect(key?.one("aws_kms_alias")).toMatchObject({ name: "alias/galileo-terraform-state" });
    expect(key?.backend).not.toHaveProperty("kms_key_id");
    expect(key?.backend).not.toHaveProperty("encrypt");
  });
});

describe("pipeline roles", () => {
  const rolesOf = (id: string) => shipped.stack(id).namesOf("aws_iam_role");

  test("are a plan role and one apply role for the account and each environment that deploys into it", () => {
    expect(rolesOf("dev-bootstrap")).toEqual([
      "galileo-pipeline-apply-account",
      "galileo-pipeline-apply-dev",
      "galileo-pipeline-plan",
    ]);
    expect(rolesOf("dev-analytics-bootstrap")).toEqual(rolesOf("dev-bootstrap"));
    expect(rolesOf("master-bootstrap")).toEqual([
      "galileo-pipeline-apply-account",
      "galileo-pipeline-apply-ci",
      "galileo-pipeline-apply-dev",
      "galileo-pipeline-apply-prod",
      "galileo-pipeline-apply-staging",
      "galileo-pipeline-plan",
    ]);
  });

  test("do not exist in an estate without a repository", () => {
    for (const stack of synthesize(awkward()).stacks.filter(({ id }) => id.endsWith("-bootstrap"))) {
      expect(stack.all("aws_iam_role")).toEqual([]);
      expect(stack.all("aws_iam_openid_connect_provider")).toEqual([]);
      expect(Object.keys(stack.outputs)).toEqual(["state-bucket-arn"]);
      const denials = stack.policy("state/bucket/policy").Statement.filter(({ Effect }) => Effect === "Deny");
      expect(denials.map(({ Sid }) => Sid)).toEqual(["RefuseWhateverComesWithoutTls"]);
    }
  });
});

describe("an apply role", () => {
  const prefixOf = (id: string, role: string) => shipped.stack(id).at(`pipeline/apply-${role}/role`)["tags"];

  test("has a tag with the prefix of its states: its environment's, or its account's", () => {
    expect(prefixOf("dev-bootstrap", "dev")).toEqual({ StatePrefix: "dev" });
    expect(prefixOf("prod-analytics-bootstrap", "prod")).toEqual({ StatePrefix: "prod" });
    expect(prefixOf("prod-analytics-bootstrap", "account-prod-analytics")).toEqual({ StatePrefix: "prod-analytics" });
  });

  test("is confined in every case: the bucket's pattern matches its ARN, and its states are under its prefix", () => {
    for (const stack of shipped.stacks.filter(({ id }) => id.endsWith("-bootstrap"))) {
      const pattern = String(
        found(
          found(
            statement(stack.policy("state/bucket/policy"), "ConfineApplyRolesToTheirPrefix").Condition ?? {},
            "ArnLike",
          ),
          "aws:PrincipalArn",
        ),
      );
      expect(pattern).toMatch(/^arn:aws:iam::\d{12}:role\/galileo-pipeline-apply-\*$/);
      const applyRoles = stack.all("aws_iam_role").filter(({ path }) => path.startsWith("pipeline/apply-"));
      for (const { values } of applyRoles) expect(String(values["name"])).toMatch(/^galileo-pipeline-apply-/);
      const prefixes = applyRoles.map(({ values }) => (values["tags"] as Record<string, string>)["StatePrefix"]);
      const keys = shipped.stacks
        .filter(({ backend }) => backend["bucket"] === stack.backend["bucket"])
        .map(({ backend }) => String(backend["key"]));
      expect([...new Set(prefixes)].sort()).toEqual([...new Set(keys.map((key) => key.split("/")[0]))].sort());
    }
  });

  test("of an account can access the account-wide states, except the bootstrap stack's, which a person applies", () => {
    const { NotResource } = statement(
      shipped.stack("dev-bootstrap").policy("state/bucket/policy"),
      "ConfineTheAccountRoleToItsStates",
    );
    const bucket = "arn:aws:s3:::222222222222-galileo-terraform-state";
    const own = ["dev/iam.tfstate", "dev/iam.tfstate.tflock", "dev/iam.applied.json"].map((key) => `${bucket}/${key}`);
    expect(NotResource).toEqual([bucket, ...own]);
  });

  test("of the account that manages IAM Identity Center reach its state too, and environments there do not", () => {
    const estate = smallWith((file) => {
      file.identityCenter = { account: "ci" };
    });
    const policyIn = (account: string) =>
      synthesize(estate).stack(`${account}-bootstrap`).policy("state/bucket/policy");
    const key = (name: string) => `arn:aws:s3:::333333333333-galileo-terraform-state/ci/${name}`;
    const policy = policyIn("ci");
    const states = ["identity.tfstate", "identity.tfstate.tflock", "identity.applied.json"].map(key);
    expect(statement(policy, "ConfineTheAccountRoleToItsStates").NotResource).toEqual(expect.arrayContaining(states));
    expect(statement(policy, "KeepEnvironmentsOffAccountWideStates").Resource).toEqual(expect.arrayContaining(states));
    expect(JSON.stringify(policyIn("master"))).not.toContain("identity.");
  });

  test("of an environment may read the records of other environments in the account, but not of the account", () => {
    const policy = shipped.stack("master-bootstrap").policy("state/bucket/policy");
    const bucket = "arn:aws:s3:::111111111111-galileo-terraform-state";
    expect(statement(policy, "BeyondTheirPrefixApplyRolesReadRecordsAlone").NotResource).toContain(
      `${bucket}/*.applied.json`,
    );
    const off = statement(policy, "KeepEnvironmentsOffAccountWideStates").Resource;
    for (const stack of ["bootstrap", "iam", "organization"])
      expect(off).toContain(`${bucket}/master/${stack}.applied.json`);
  });

  test("adds nothing to the bucket's policy if an account has more environments", () => {
    const policyWith = (environments: number) => {
      const estate = smallWith((file) => {
        for (let index = 0; index < environments; index++)
          file.environments[`qa-${index}`] = { account: "ci", profile: "documented" };
      });
      return synthesize(estate).stack("ci-bootstrap").policy("state/bucket/policy");
    };
    expect(policyWith(6)).toEqual(policyWith(0));
  });
});

describe("readers of applied records in another account", () => {
  interface Reader {
    readonly roles: readonly string[];
    readonly keys: readonly string[];
  }

  /** The readers of an account's bucket, by the account that they are in. */
  const withUsers = synthesize(exampleWithUsers());
  const readersOf = (synthesized: typeof shipped, account: string) =>
    Object.fromEntries(
      synthesized
        .stack(`${account}-bootstrap`)
        .policy("state/bucket/policy")
        .Statement.filter(({ Effect }) => Effect === "Allow")
        .map(({ Principal, Action, Resource, Condition = {} }): [string, Reader] => {
          expect(Action).toEqual(["s3:GetObject"]);
          const [, accountId = ""] =
            /^\{"AWS":\["arn:aws:iam::(\d{12}):root"\]\}$/.exec(JSON.stringify(Principal)) ?? [];
          const arns = listOf(found(found(Condition, "ArnEquals"), "aws:PrincipalArn"));
          for (const arn of arns) expect(arn).toContain(`arn:aws:iam::${accountId}:role/`);
          const roles = arns.map((arn) => arn.split(":role/")[1] ?? "").sort();
          return [
            accountId,
            {
              roles,
              keys: listOf(Resource)
                .map((arn) => arn.replace(/^[^/]*\//, ""))
                .sort(),
            },
          ];
        }),
    );

  const records = (environment: string) =>
    ["application", "database", "iam", "network"].map((name) => `${environment}/${name}.applied.json`);
  const readers = (environment: string) => [
    "Admin",
    "galileo-pipeline-apply-account",
    `galileo-pipeline-apply-${environment}`,
  ];

  test("are Admin and the apply roles of the next environment", () => {
    expect(readersOf(withUsers, "dev")).toEqual({ 333333333333: { roles: readers("ci"), keys: records("dev") } });
    expect(readersOf(withUsers, "ci")).toEqual({ 444444444444: { roles: readers("staging"), keys: records("ci") } });
  });

  test("include member accounts whose first promotion of an account-wide stack follows it", () => {
    expect(readersOf(withUsers, "staging")).toEqual({
      555555555555: { roles: readers("prod"), keys: records("staging") },
      888888888888: { roles: ["Admin", "galileo-pipeline-apply-account"], keys: ["staging/iam.applied.json"] },
    });
  });

  test.each(["master", "prod", "partner-lab", "prod-analytics"])(
    "do not exist for %s, because no deployment follows it",
    (account) => {
      expect(readersOf(withUsers, account)).toEqual({});
    },
  );

  test("are in the same member of the next environment", () => {
    const roles = ["Admin", "galileo-pipeline-apply-prod"];
    expect(readersOf(withUsers, "dev-analytics")).toEqual({
      888888888888: { roles, keys: ["dev/member-analytics.applied.json"] },
    });
  });

  test("include the sessions of Admin's permission sets if groups work as Admin", () => {
    const estate = usersWith((file) => {
      file.identityCenter = {};
      Object.assign(found(file.accounts, "ci"), { admins: ["group:leads"], breakGlass: undefined });
    });
    const [reading] = synthesize(estate)
      .stack("dev-bootstrap")
      .policy("state/bucket/policy")
      .Statement.filter(({ Effect }) => Effect === "Allow");
    const arns = found(found(reading?.Condition ?? {}, "ArnLike"), "aws:PrincipalArn");
    expect(Object.keys(reading?.Condition ?? {})).toEqual(["ArnLike"]);
    expect(arns).toEqual([
      ...adminArns({ id: "333333333333", name: "ci", adminGroups: ["leads"] }),
      "arn:aws:iam::333333333333:role/galileo-pipeline-apply-account",
      "arn:aws:iam::333333333333:role/galileo-pipeline-apply-ci",
    ]);
  });

  test("are only Admin if there are no pipelines", () => {
    const readersIn = synthesize(awkward());
    expect(readersOf(readersIn, "side")).toEqual({
      100000000001: {
        roles: ["Admin"],
        keys: [
          "beta/application.applied.json",
          "beta/database.applied.json",
          "beta/network.applied.json",
          "side/iam.applied.json",
        ],
      },
    });
    expect(Object.values(readersOf(readersIn, "hub"))).toEqual([{ roles: ["Admin"], keys: ["hub/iam.applied.json"] }]);
  });
});

test("the trust of every pipeline role contains the repository's name", () => {
  const other = synthesize(smallWith((file) => (file.repository = "another-org/another.repo"))).stack("ci-bootstrap");
  for (const { path } of other.all("aws_iam_role")) {
    const [trust] = other.trust(path).Statement;
    const subjects = listOf(
      found(found(trust?.Condition ?? {}, "StringEquals"), "token.actions.githubusercontent.com:sub"),
    );
    expect(subjects).not.toHaveLength(0);
    for (const subject of subjects) expect(subject).toMatch(/^repo:another-org\/another\.repo:/);
  }
});
