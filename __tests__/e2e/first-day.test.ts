import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DescribeVpcsCommand } from "@aws-sdk/client-ec2";
import { GetRoleCommand } from "@aws-sdk/client-iam";
import { ListAccountsCommand } from "@aws-sdk/client-organizations";
import { DescribeDBInstancesCommand } from "@aws-sdk/client-rds";
import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import { NOBODY, startClone, startProcess, type Clone } from "./support/clone";
import { blocksOf, stepsOf, untruthOf } from "./support/doc-steps";
import { joinOrganization } from "./support/identity-estate";

/* Follows docs/first-day.md in a clone with bare accounts: runs every command and compares its whole output. */

const ROOT = join(__dirname, "../..");
const PAGE = readFileSync(join(ROOT, "docs/first-day.md"), "utf8");
const STEPS = stepsOf(PAGE);
const [MASTER, DEV, ANALYTICS, PARTNER] = ["111111111111", "222222222222", "666666666666", "777777777777"] as const;

describe("the comparison of the page with the output", () => {
  const output =
    "\n> npm's own\n\n    3 s  a  planned\nPlan 20261122T154135Z-04dd60d2e7180f4c04dd60d2e7180f4c04dd60d2: changes\n  b: 3 to create\nend\n";

  test.each<[string, string[], string | undefined]>([
    ["all of it", ["   12 s  a  planned", "Plan <id>: changes", "  b: 3 to create", "end"], undefined],
    ["lines left out", ["…", "Plan <id>: changes", "…"], undefined],
    ["a part of a line left out", ["…", "  b: … to create", "end"], undefined],
    [
      "a line that is not printed",
      ["…", "Plan <id>: nothing to do", "…"],
      "it does not print\nPlan <id>: nothing to do\nafter",
    ],
    ["another order", ["…", "end", "…", "  b: 3 to create"], "it does not print\n  b: 3 to create\nafter\nend"],
    [
      "the beginning left out without a word",
      ["Plan <id>: changes", "…"],
      "it does not print\nPlan <id>: changes\nnext after\nthe beginning",
    ],
    ["the middle left out without a word", ["…", "Plan <id>: changes", "end"], "it does not print"],
    ["the end left out without a word", ["…", "  b: 3 to create"], "it prints, too:\nend"],
    ["nothing said", [], "it prints, too:\n"],
  ])("%s", (_, printed, untruth) => {
    if (untruth === undefined) expect(untruthOf(printed, output)).toBeUndefined();
    else expect(untruthOf(printed, output)).toContain(untruth);
  });
});

describe("the first day", () => {
  let clone: Clone;
  let environment: NodeJS.ProcessEnv;
  let isBroken = false;
  /** The variables exported so far. */
  const exports: string[] = [];

  beforeAll(async () => {
    process.env["ESTATE"] = join(ROOT, "config/example.ts"); // for the clone's emulator: which ids AWS will give
    clone = await startClone("first-day");
    withoutLifecycle(clone);
    environment = { ...clone.environment, ...NOBODY, ...awsProfiles(clone.directory), NO_COLOR: "1" };
    for (const name of ["ESTATE", "ESTATE_PROFILE"]) Reflect.deleteProperty(environment, name);
    // If the lock file were newer than the installation, npm's scripts would install into the folder that the clone only
    // links to.
    utimesSync(join(clone.directory, "package-lock.json"), 0, 0);
  });

  afterAll(() => clone.stop());

  /** The provider waits a minute for the lifecycle rules of each bucket. rehearsal.test.ts applies them. */
  function withoutLifecycle(clone: Clone): void {
    const example = join(clone.directory, "config/example.ts");
    const text = readFileSync(example, "utf8")
      .replace("monthlyBudgetUsd: 50 };", "monthlyBudgetUsd: 50, oldVersionDays: false } as const;")
      .replaceAll("application: { ", "application: { oldVersionDays: false, ");
    writeFileSync(example, text);
    clone.git("commit", "--quiet", "--all", "--message", "buckets without lifecycle rules");
  }

  /**
   * The profiles that the page shows, and no other, with keys. The emulator takes a 12-digit access key id for the
   * account of that number.
   */
  function awsProfiles(directory: string): NodeJS.ProcessEnv {
    const shown =
      blocksOf(PAGE)
        .find(({ language }) => language === "ini")
        ?.lines.join("\n") ?? "";
    const names = [...shown.matchAll(/^\[profile (.+)\]$/gm)].map(([, name = ""]) => name);
    const idOf = (name: string) => clone.estate.accounts.find((account) => account.name === name)?.id ?? "none";
    const keys = names.map(
      (name) => `[${name}]\naws_access_key_id = ${idOf(name)}\naws_secret_access_key = emulator\n`,
    );
    const files = {
      AWS_CONFIG_FILE: join(directory, "../config"),
      AWS_SHARED_CREDENTIALS_FILE: join(directory, "../credentials"),
    };
    writeFileSync(files.AWS_CONFIG_FILE, shown);
    writeFileSync(files.AWS_SHARED_CREDENTIALS_FILE, keys.join("\n"));
    return files;
  }

  const mainAccounts = () => clone.estate.accounts.flatMap(({ id, kind }) => (kind === "main" ? [id] : []));

  const shell = (line: string, directory = clone.directory) =>
    startProcess("sh", ["-c", [...exports, line].join("\n")], { directory, environment }).ended;

  test.each(
    STEPS.map((step) => [step.commands.map(({ text }) => text.replace(/ +#.*/, "")).join("; "), step] as const),
  )("%s", async (_, { commands, printed }) => {
    expect(isBroken).toBe(false); // or all that follows would fail, too
    isBroken = true;
    let all = "";
    for (const { text, exitCode } of commands) {
      if (text.startsWith("export ")) exports.push(text);
      const line = text.replace("plans/<id>", () => clone.lastPlan());
      if (/ plan .* master-identity/.test(text)) await joinOrganization(clone, ...mainAccounts());
      const { code, output } = await shell(line);
      expect({ code, output: `${line}\n${output}` }).toExitWith(exitCode);
      all += output;
    }
    const untruth = untruthOf(printed, all);
    expect({ untruth, all }).toEqual({ untruth: undefined, all });
    isBroken = false;
  });

  describe("leaves, as the AWS SDK shows,", () => {
    test("the states of all stacks in the buckets of their accounts, and no lock", async () => {
      const states = async (account: string) => {
        const { Contents = [] } = await clone
          .clients(account)
          .s3.send(new ListObjectsV2Command({ Bucket: `${account}-galileo-terraform-state` }));
        return Contents.map(({ Key = "" }) => Key)
          .filter((key) => !key.endsWith(".applied.json"))
          .sort();
      };
      expect(await states(MASTER)).toEqual([
        "dev/master-role.tfstate",
        "master/bootstrap.tfstate",
        "master/iam.tfstate",
        "master/identity.tfstate",
        "master/organization.tfstate",
      ]);
      expect(await states(DEV)).toEqual(
        ["application", "bootstrap", "database", "iam", "network"].map((name) => `dev/${name}.tfstate`),
      );
      expect(await states(ANALYTICS)).toEqual([
        "dev-analytics/bootstrap.tfstate",
        "dev-analytics/iam.tfstate",
        "dev/member-analytics.tfstate",
      ]);
      expect(await states(PARTNER)).toEqual([
        "dev/member-partner-lab.tfstate",
        "partner-lab/bootstrap.tfstate",
        "partner-lab/iam.tfstate",
      ]);
    });

    test("the network with the database, which is not publicly accessible", async () => {
      const { ec2, rds } = clone.clients(DEV);
      const { Vpcs = [] } = await ec2.send(
        new DescribeVpcsCommand({ Filters: [{ Name: "tag:ManagedBy", Values: ["cdktf"] }] }),
      );
      expect(Vpcs).toMatchObject([{ CidrBlock: "10.0.0.0/20" }]);
      const { DBInstances = [] } = await rds.send(new DescribeDBInstancesCommand({}));
      expect(DBInstances).toMatchObject([
        {
          DBInstanceIdentifier: "dev-irl-galileo-database",
          DBInstanceStatus: "available",
          PubliclyAccessible: false,
          DBSubnetGroup: { VpcId: Vpcs[0]?.VpcId },
        },
      ]);
    });

    test("the roles of people, of the application, and across accounts", async () => {
      const trustOf = async (account: string, RoleName: string) => {
        const { Role } = await clone.clients(account).iam.send(new GetRoleCommand({ RoleName }));
        return decodeURIComponent(Role?.AssumeRolePolicyDocument ?? "");
      };
      for (const account of [MASTER, PARTNER])
        expect(await trustOf(account, "Admin")).toContain("arn:aws:iam::111111111111:user/emergency");
      expect(await trustOf(PARTNER, "Operator")).toContain("arn:aws:iam::111111111111:user/platform-engineer");
      for (const account of [DEV, ANALYTICS])
        for (const role of ["Admin", "Operator"]) expect(await trustOf(account, role)).toContain('"Effect":"Deny"');
      expect(await trustOf(DEV, "dev-irl-galileo-WorkflowLoopRunner")).toContain("states.amazonaws.com");
      expect(await trustOf(MASTER, "dev-irl-galileo-prep-raas-master-MasterRole")).toContain(DEV);
      for (const account of [ANALYTICS, PARTNER]) {
        expect(await trustOf(account, "dev-irl-galileo-cross-account-role")).toContain(
          `arn:aws:iam::${DEV}:role/dev-irl-galileo-ApiHandler`,
        );
      }
    });

    test("the organization with its created members", async () => {
      const { Accounts = [] } = await clone.clients(MASTER).organizations.send(new ListAccountsCommand({}));
      expect(Accounts.map(({ Id, Email }) => [Id, Email])).toEqual(
        expect.arrayContaining([
          [ANALYTICS, "aws-dev-analytics@example.com"],
          ["888888888888", "aws-prod-analytics@example.com"],
        ]),
      );
    });

    test("nothing in these accounts that no state holds", async () => {
      const accounts = ["master", "dev", "dev-analytics", "partner-lab"];
      const selectors = accounts.map((name) => `account:${name}`).join(" ");
      const { code, output } = await shell(`npm run --silent drift -- --unmanaged ${selectors}`);
      expect({ code, output }).toExitWith(0);
      const clean = [...output.matchAll(/^([\w-]+): no resource without a state$/gm)].map(([, name]) => name);
      expect(clean.sort()).toEqual(accounts.sort());
    });

    test("stacks that plain Terraform plans without a change, once they are exported", async () => {
      expect(await shell("npm run --silent export -- --out ../plain")).toExitWith(0);
      const options = "-input=false -no-color";
      const script = `terraform init ${options} -lockfile=readonly && terraform plan ${options} -detailed-exitcode -lock=false`;
      // One reads another's state, one assumes a role in a member, one has data sources.
      for (const { stack, profile } of [
        { stack: "dev-database", profile: "dev" },
        { stack: "dev-member-analytics", profile: "master" },
        { stack: "master-identity", profile: "master" },
      ])
        expect(await shell(`AWS_PROFILE=${profile}; export AWS_PROFILE; ${script}`, join(clone.directory, "../plain", stack))).toExitWith(0); // prettier-ignore
    });

    test("a clean working tree, and no local state", () => {
      expect(clone.git("status", "--porcelain")).toBe("");
      const births = join(clone.directory, "births");
      expect(existsSync(births) ? readdirSync(births) : []).toEqual([]);
    });
  });
});
