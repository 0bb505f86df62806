import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import exampleFile from "../../config/example";
import { readCustom } from "../../config/custom";
import { loadEstate, parseEstate } from "../../config/load";
import type { Estate } from "../../config/model";
import type { EstateFile } from "../../config/schema";
import { synthesizeGroups } from "../../stacks";
import { groupsOf, groupsWith, inputDigests } from "../../stacks/groups";
import { accessModelOf } from "../../tools/access/read/model-of";
import { found, useUsers } from "../support/estates";
import { synthesize, synthesizeAnew } from "../support/synthesize";

const ROOT = join(__dirname, "../..");

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(realpathSync(tmpdir()), "own-stacks-"));
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const from = (path: string) => JSON.stringify(join(ROOT, path));
const IMPORTS = `
  import { adjust } from ${from("stacks/custom")};
  import { DataAwsIamPolicyDocument } from "@cdktf/provider-aws/lib/data-aws-iam-policy-document";
  import { DbParameterGroup } from "@cdktf/provider-aws/lib/db-parameter-group";
  import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
  import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
  import { EcrpublicRepository } from "@cdktf/provider-aws/lib/ecrpublic-repository";
  import { OrganizationsPolicy } from "@cdktf/provider-aws/lib/organizations-policy";
  import { Wafv2IpSet } from "@cdktf/provider-aws/lib/wafv2-ip-set";
  import { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket";
  import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic";
  import { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
  import { TerraformStack } from "cdktf";
`;

/**
 * The shipped estate with one main account, its own environment and what custom/index.ts declares.
 *
 * @param members the members of the organization that are recorded
 */
function estateWith(
  custom: string,
  change: (file: EstateFile) => void = () => undefined,
  members?: readonly string[],
): Estate {
  const own = join(mkdtempSync(join(folder, "estate-")), "custom"); // Node keeps what it has loaded from a path
  mkdirSync(own);
  writeFileSync(join(own, "index.ts"), `${IMPORTS} export default { ${custom} };`);
  const file = structuredClone(exampleFile);
  useUsers(file);
  file.accounts = { master: found(file.accounts, "master"), dev: found(file.accounts, "dev") };
  file.environments = { dev: { ...found(file.environments, "dev"), members: {} } };
  change(file);
  const record = members && { file: "members", members };
  return parseEstate(file, "test", record, undefined, readCustom(join(own, "index.ts")));
}

const one = (build: string, more = "") =>
  `stacks: [{ name: "own", scope: "environment", ${more} build: (stack, context) => { ${build} } }]`;

const errorOf = (estate: Estate): string => {
  try {
    synthesizeAnew(estate);
  } catch (error) {
    return (error as Error).message;
  }
  return "nothing was refused";
};

test("an own stack has the guard, the state and the tags of every stack", () => {
  const stack = synthesizeAnew(estateWith(one('new SnsTopic(stack, "topic", { name: context.name("own") });'))).stack(
    "dev-own",
  );
  const { account } = { account: "222222222222" };
  expect(stack.provider["allowed_account_ids"]).toEqual([account]);
  expect(stack.backend).toMatchObject({ key: "dev/own.tfstate", allowed_account_ids: [account], use_lockfile: true });
  expect(stack.defaultTags).toMatchObject({ Stack: "dev-own", Environment: "dev", Account: "dev" });
  expect(stack.one("aws_sns_topic")).toMatchObject({ name: "dev-irl-galileo-own" });
});

test("values of the environment come by state, and those of other accounts by ARN", () => {
  const estate = estateWith(
    one(
      `const { network, database, application, masterRoleArn } = context;
       const tags = {
         vpc: network.vpcId, subnet: network.privateSubnetIds[0], group: network.securityGroupId("default"),
         database: database.endpoint, bucket: application.bucketArns["studydata"], api: application.apiHandlerRoleArn,
         master: masterRoleArn,
       };
       new SnsTopic(stack, "topic", { name: "own", tags });`,
    ),
  );
  const synthesized = synthesizeAnew(estate);
  const tags = synthesized.stack("dev-own").one("aws_sns_topic")["tags"] as Record<string, string>;
  const state = (stack: string) =>
    expect.stringMatching(`^\\$\\{data.terraform_remote_state.cross-stack-reference-input-${stack}.outputs`) as string;
  expect(tags).toEqual({
    vpc: state("dev-network"),
    subnet: state("dev-network"),
    group: state("dev-network"),
    database: state("dev-database"),
    bucket: state("dev-application"),
    api: "arn:aws:iam::222222222222:role/dev-irl-galileo-ApiHandler",
    master: "arn:aws:iam::111111111111:role/dev-irl-galileo-prep-raas-master-MasterRole",
  });
  expect(synthesized.dependenciesOf("dev-own").sort()).toEqual(["dev-application", "dev-database", "dev-network"]);
});

test("own stacks read what those of dependsOn share", () => {
  const estate = estateWith(`stacks: [
    { name: "reader", scope: "account", accounts: ["dev"], dependsOn: ["writer"],
      build: (stack, context) => { new SnsTopic(stack, "topic", { name: "own", tags: { Topic: context.valueOf("writer", "arn") } }); } },
    { name: "writer", scope: "account",
      build: (stack) => { stack.share("arn", new SnsTopic(stack, "topic", { name: "written" }).arn); } },
  ]`);
  const synthesized = synthesizeAnew(estate);
  expect(synthesized.dependenciesOf("dev-reader")).toEqual(["dev-writer"]);
  expect(JSON.stringify(synthesized.stack("dev-reader").one("aws_sns_topic"))).toContain("reference-input-dev-writer");
});

test("a dependency orders stacks that share nothing, across accounts too", () => {
  const estate = estateWith(one("", 'dependsOn: ["master-role", "database"],'));
  expect(synthesizeAnew(estate).dependenciesOf("dev-own").sort()).toEqual(["dev-database", "dev-master-role"]);
});

test.each([
  [
    "reads what its dependency does not share",
    'context.valueOf("network", "vpc");',
    'valueOf must name an own stack of dependsOn, got "network"',
  ],
  [
    "uses a region in which the account has nothing",
    'stack.providerIn("us-west-2");',
    "the region must be one of the account's",
  ],
  ["shares a value twice", 'stack.share("a", "1"); stack.share("a", "2");', "the shared value a must be shared once"],
  ["throws", 'throw new TypeError("no");', "no"],
])("a build that %s is refused with its file and line, without a stack trace", (_, build, problem) => {
  const message = errorOf(estateWith(one(build)));
  expect(message).toMatch(/^\S*custom\/index\.ts(:\d+)?: the stack dev-own cannot be built: /);
  expect(message).toContain(problem);
  expect(message).not.toMatch(/\n|UserError/);
});

test.each([
  ["next to the others", "stack.node.root", "dev-hand"],
  ["inside the own one", "stack", "dev-own/dev-hand"],
])("a stack that a build adds %s is refused", (_, scope, id) => {
  const message = errorOf(estateWith(one(`new TerraformStack(${scope}, "dev-hand");`)));
  expect(message).toContain(
    `must add no stack that nothing declares, got the stack ${id}. Declare it in custom/index.ts`,
  );
});

test("reads that the plan role of pipelines lacks are listed, unless there are no pipelines", () => {
  const queue = one('new SqsQueue(stack, "queue", { name: "own" });');
  expect(errorOf(estateWith(queue))).toContain(
    "dev-own: planRoleReads must include sqs:GetQueueAttributes, sqs:ListQueueTags, which plans of aws_sqs_queue read.",
  );
  const without = estateWith(queue, (file) => {
    delete file.repository;
    delete file.repositoryIds;
  });
  expect(synthesizeAnew(without).stack("dev-own").all("aws_sqs_queue")).toHaveLength(1);
});

test("a provider without the account guard is refused", () => {
  const message = errorOf(estateWith(one('new AwsProvider(stack, "other", { alias: "other", region: "us-east-1" });')));
  expect(message).toContain("dev-own: the provider other must be limited to the account 222222222222");
});

test.each([
  [
    "another stack's state",
    'stack.addOverride("terraform.backend.s3.key", "dev/database.tfstate");',
    'terraform.backend.s3.key must be "dev/own.tfstate", got "dev/database.tfstate"',
  ],
  [
    "a second backend",
    'stack.addOverride("terraform.backend.local", { path: "own.tfstate" });',
    'terraform.backend must be ["s3"], got ["s3","local"]',
  ],
  [
    "another account, in all of its stack",
    'for (const at of ["provider.aws.0", "terraform.backend.s3"]) stack.addOverride(at + ".allowed_account_ids", ["111111111111"]);',
    'provider.aws[0].allowed_account_ids must be ["222222222222"], got ["222222222222","111111111111"]',
  ],
  [
    "a provider that no construct shows",
    'stack.addOverride("provider.aws.1", { alias: "other", region: "us-east-1" });',
    'provider.aws[1].allowed_account_ids must be ["222222222222"], got nothing',
  ],
  [
    "another role",
    'stack.addOverride("provider.aws.0.assume_role", [{ role_arn: "arn:aws:iam::222222222222:role/admin" }]);',
    "provider.aws[0].assume_role must be nothing, got",
  ],
  [
    "the state of another stack of its group",
    'stack.node.root.node.findChild("dev-network").addOverride("terraform.backend.s3.key", "dev/own.tfstate");',
    'dev-network: terraform.backend.s3.key must be "dev/network.tfstate"',
  ],
])("an override that selects %s is refused", (_, build, problem) => {
  expect(errorOf(estateWith(one(build)))).toContain(problem);
});

test("the plan role reads what own stacks declare", () => {
  const { stacks } = synthesize(loadEstate(join(ROOT, "examples/custom-queue/estate.ts")));
  const bootstrap = stacks.find(({ id }) => id === "main-bootstrap");
  expect(JSON.stringify(bootstrap?.json)).toMatch(
    /ReadTypesOfOwnStacks.{50,120}sqs:GetQueueAttributes.{1,10}sqs:ListQueueTags/,
  );
});

test("an adjustment changes every resource of a class, and no other", () => {
  const estate = estateWith(`adjust: [
    adjust(S3Bucket, (bucket, where) => { bucket.tags = { ...bucket.tagsInput, Place: [where.stack, where.stackName, where.account, where.environment ?? "-", where.path].join(" ") }; }),
    adjust(DbParameterGroup, (group) => { group.putParameter([...group.parameterInput, { name: "log_min_duration_statement", value: "500" }]); }),
  ]`);
  const adjusted = synthesizeAnew(estate);
  const plain = synthesizeAnew({ ...estate, custom: undefined });
  const changed = adjusted.stacks
    .filter(({ id }) => adjusted.texts.get(id) !== plain.texts.get(id))
    .map(({ id }) => id);
  const withBuckets = ["dev-application", "dev-bootstrap", "dev-iam", "master-bootstrap", "master-organization"];
  expect(changed.sort()).toEqual([...withBuckets, "dev-database"].sort());
  const [bucket] = adjusted.stack("dev-application").all("aws_s3_bucket");
  expect(bucket?.values["tags"]).toEqual({ Place: "dev-application application dev dev bucket/studydata/bucket" });
  const [group] = adjusted.stack("dev-database").all("aws_db_parameter_group");
  const [before] = plain.stack("dev-database").all("aws_db_parameter_group");
  expect(group?.values["parameter"]).toEqual([
    ...(before?.values["parameter"] as object[]),
    { name: "log_min_duration_statement", value: "500" },
  ]);
});

test.each([
  [
    "removes a protection",
    "delete bucket.lifecycle; bucket.lifecycle = {};",
    "lifecycle.preventDestroy must stay true",
  ],
  [
    "adds a resource",
    'new SnsTopic(bucket.node.scopes[1], "more" + bucket.node.addr, { name: "more" });',
    "an adjustment must add no resource",
  ],
])("an adjustment that %s is refused", (_, change, problem) => {
  const message = errorOf(estateWith(`adjust: [adjust(S3Bucket, (bucket) => { ${change} })]`));
  expect(message).toMatch(/custom\/index\.ts(:\d+)?: the adjustment of \S+ cannot be built: /);
  expect(message).toContain(problem);
});

test.each([
  ["of the resource", 'bucket.addOverride("lifecycle.prevent_destroy", false);'],
  [
    "of its stack",
    'bucket.node.scopes[1].addOverride("resource.aws_s3_bucket." + bucket.friendlyUniqueId + ".lifecycle.prevent_destroy", false);',
  ],
])("an adjustment that removes a protection by an override %s is refused", (_, change) => {
  const message = errorOf(estateWith(`adjust: [adjust(S3Bucket, (bucket) => { ${change} })]`));
  expect(message).toContain("master-bootstrap/state/bucket/bucket: lifecycle.prevent_destroy must stay true.");
});

test("access is read from own stacks, with policies from a data source", () => {
  const estate = estateWith(
    one(
      `const trust = new DataAwsIamPolicyDocument(stack, "trust", { statement: [{ actions: ["sts:AssumeRole"], principals: [{ type: "Service", identifiers: ["lambda.amazonaws.com"] }] }] });
       new IamRole(stack, "worker", { name: context.name("worker"), assumeRolePolicy: trust.json });`,
    ),
  );
  const { stacks } = synthesizeAnew(estate);
  expect(accessModelOf(stacks).principals.map(({ arn }) => arn)).toContain(
    "arn:aws:iam::222222222222:role/dev-irl-galileo-worker",
  );
});

test("an own stack changes the input of its account or environment alone", () => {
  const estate = estateWith(one("", 'environments: ["dev"],'));
  const digests = (each: Estate) => inputDigests(groupsOf(each));
  const [own, none] = [
    digests(estate),
    digests({ ...estate, environments: estate.environments.map((each) => ({ ...each, ownStacks: [] })) }),
  ];
  const differing = [...own].filter(([id, digest]) => none.get(id) !== digest).map(([id]) => id);
  expect(differing).toContain("dev-own");
  expect(new Set(differing.map((id) => id.split("-")[0]))).toEqual(new Set(["dev"]));
  expect(differing).not.toContain("dev-iam");
});

describe("the organization's policies", () => {
  const reads = 'planRoleReads: ["sqs:GetQueueAttributes", "sqs:ListQueueTags"],';
  /** `dev` is a member of the organization, and has two providers and queues, one in another region. */
  const inOtherRegion = `
    new SqsQueue(stack, "here", { name: "here" });
    const provider = new AwsProvider(stack, "other", { alias: "other", region: "us-west-2", allowedAccountIds: ["222222222222"] });
    new SqsQueue(stack, "there", { name: "there", provider });
    new IamRole(stack, "role", { name: "own", assumeRolePolicy: "{}", provider });`;
  const joined = (custom: string, change: (file: EstateFile) => void = () => undefined) =>
    estateWith(
      custom,
      (file) => {
        found(file.accounts, "dev").joins = true;
        change(file);
      },
      ["dev"],
    );
  const DENIED =
    "AWS or Terraform would refuse what this estate asks for:\n" +
    "  dev-own/there: the organization's policies must allow sqs:CreateQueue in dev, got a denial in us-west-2 by OnlyAllowedRegions of galileo-regions. " +
    "Create it in another region, or add us-west-2 to accounts.dev.furtherRegions and, if the estate has the list, to organization.allowedRegions.";

  test("deny an own stack of a member another region, with resource, statement and remedy", () => {
    expect(errorOf(joined(one(inOtherRegion, reads)))).toBe(DENIED);
    expect(errorOf(joined(one(inOtherRegion, reads), (file) => (file.organization = { existing: true })))).toBe(DENIED);
  });

  test("deny it also if only its own group is synthesized", () => {
    const groups = groupsOf(joined(one(inOtherRegion, reads)));
    expect(() => {
      synthesizeGroups(groupsWith(groups, ["dev-own"]), join(folder, "out"));
    }).toThrow(DENIED);
    expect(groupsWith(groups, ["dev-iam"]).flatMap(({ specs }) => specs.map(({ id }) => id))).toEqual([
      "dev-bootstrap",
      "dev-iam",
    ]);
  });

  test("allow a region that the account has", () => {
    const own = inOtherRegion.replace(/new AwsProvider.*/, 'stack.providerIn("us-west-2");');
    const further = (file: EstateFile) => (found(file.accounts, "dev").furtherRegions = ["us-west-2"]);
    expect(errorOf(joined(one(own, reads), further))).toBe("nothing was refused");
  });

  test("deny nothing of what is imported, moved or perhaps not there", () => {
    const build = `
      const provider = new AwsProvider(stack, "other", { alias: "other", region: "us-west-2", allowedAccountIds: ["222222222222"] });
      new SqsQueue(stack, "imported", { name: "imported", provider }).importFrom("https://sqs.us-west-2.amazonaws.com/222222222222/imported", provider);
      new SqsQueue(stack, "adopted", { name: "adopted", provider }).overrideLogicalId("adopted");
      new SqsQueue(stack, "moved", { name: "moved", provider }).moveFromId("aws_sqs_queue.before");
      new SqsQueue(stack, "counted", { name: "counted", provider, count: 0 });`;
    const adoptions = {
      "dev-own": { "aws_sqs_queue.adopted": "https://sqs.us-west-2.amazonaws.com/222222222222/adopted" },
    };
    expect(errorOf({ ...joined(one(build, reads)), adoptions })).toBe("nothing was refused");
  });

  test("bind neither an account outside the organization nor the master account", () => {
    expect(errorOf(estateWith(one(inOtherRegion, reads)))).toBe("nothing was refused");
    const inMaster = `stacks: [{ name: "own", scope: "account", accounts: ["master"], ${reads} build: (stack) => { ${inOtherRegion.replace("222222222222", "111111111111")} } }]`;
    expect(errorOf(joined(inMaster))).toBe("nothing was refused");
  });

  test("deny what an adjustment of them denies, and list everything at once", () => {
    const adjustment = `adjust: [adjust(OrganizationsPolicy, (policy) => {
      if (!policy.nameInput.endsWith("guardrails")) return;
      const document = JSON.parse(policy.contentInput);
      document.Statement.push({ Sid: "NoQueues", Effect: "Deny", Action: "sqs:*", Resource: "*" });
      policy.content = JSON.stringify(document);
    })]`;
    const build = 'new SqsQueue(stack, "one", { name: "one" }); new SqsQueue(stack, "two", { name: "two" });';
    const message = errorOf(joined(`${one(build, reads)}, ${adjustment}`));
    expect(message.split("\n").slice(1)).toEqual(
      ["one", "two"].map(
        (name) =>
          `  dev-own/${name}: the organization's policies must allow sqs:CreateQueue in dev, got a denial in eu-west-1 by NoQueues of galileo-guardrails. Remove the resource, or change the statement.`,
      ),
    );
  });
});

test("what AWS has in us-east-1 only gets its provider", () => {
  const further = (file: EstateFile) => (found(file.accounts, "dev").furtherRegions = ["us-east-1"]);
  const build = (provider: string) =>
    one(`${provider}
      new EcrpublicRepository(stack, "public", { repositoryName: "own", provider });
      new Wafv2IpSet(stack, "edge", { name: "edge", scope: "CLOUDFRONT", ipAddressVersion: "IPV4", provider });
      new Wafv2IpSet(stack, "regional", { name: "own", scope: "REGIONAL", ipAddressVersion: "IPV4", provider });`);
  const message = errorOf(estateWith(build("const provider = undefined;"), further));
  const remedy = 'must be in us-east-1, got eu-west-1. Give it the provider of stack.providerIn("us-east-1").';
  expect(message.split("\n").slice(1)).toEqual([
    `  dev-own: public (aws_ecrpublic_repository) ${remedy}`,
    `  dev-own: edge (aws_wafv2_ip_set) ${remedy}`,
  ]);
  expect(errorOf(estateWith(build('const provider = stack.providerIn("us-east-1");'), further))).toBe(
    "nothing was refused",
  );
});
