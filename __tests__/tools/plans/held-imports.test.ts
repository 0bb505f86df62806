import type { S3Client } from "@aws-sdk/client-s3";
import {
  destructionsHeldElsewhere,
  heldTwice,
  importsHeldElsewhere,
  importsOfOneThing,
  importsOfOtherAccounts,
} from "../../../tools/plans/held-imports";
import type { Stack } from "../../../tools/synth/stacks";
import type { StateDocument } from "../../../tools/terraform/terraform";
import { statesOnce } from "../../../tools/terraform/state/bucket-states";
import { created, destroyed, forgotten, planOf, replaced, unchanged, type Planned } from "../review/support/plans";
import { FakeS3, awsError } from "../terraform/support/fake-s3";

const stack = {
  id: "dev-network",
  accountId: "222222222222",
  region: "eu-west-1",
  state: { bucket: "states", key: "dev/network.tfstate", region: "eu-west-1" },
} as Stack;

interface Held {
  readonly type: string;
  readonly attributes: object;
  readonly mode?: "data";
}

const stateOf = (...held: readonly Held[]) =>
  JSON.stringify({
    ...{ version: 4, terraform_version: "1.11.4", serial: 1, lineage: "a", outputs: {} },
    resources: held.map(({ type, attributes, mode = "managed" }) => ({
      ...{ mode, type, name: "held", provider: 'provider["registry.terraform.io/hashicorp/aws"]' },
      instances: [{ schema_version: 0, attributes }],
    })),
  });

const statesIn = ({ client }: FakeS3, isApply = false) => statesOnce(() => Promise.resolve(client), isApply);

const imported = (type: string, before: object): Planned =>
  unchanged(`${type}.wanted`, { ...before }, { importing: { id: "any" } });

function look(planned: Planned, states: Readonly<Record<string, string>>, s3 = new FakeS3()) {
  for (const [key, body] of Object.entries(states)) s3.put(key, body);
  return importsHeldElsewhere(planOf([planned]), stack, statesIn(s3));
}

const vpc = { id: "vpc-1", arn: "arn:aws:ec2:eu-west-1:222222222222:vpc/vpc-1" };

test("an import of what another state of the account holds is found, also if the estate no longer has that stack", async () => {
  const states = { "old/network.tfstate": stateOf({ type: "aws_vpc", attributes: vpc }) };
  expect(await look(imported("aws_vpc", vpc), states)).toEqual([
    {
      address: "aws_vpc.wanted",
      message:
        "is aws_vpc.held of the state old/network.tfstate already, and two stacks would manage it. Move it: npm run move -- old-network:aws_vpc.held dev-network:aws_vpc.wanted, or remove its entry from <estate>.adopt.json, and plan again.",
    },
  ]);
  const ofOtherTool = await look(imported("aws_vpc", vpc), { "terraform.tfstate": stateOf({ type: "aws_vpc", attributes: vpc }) }); // prettier-ignore
  expect(ofOtherTool.map(({ message }) => message)).toEqual([
    "is aws_vpc.held of the state terraform.tfstate already, and two stacks would manage it. Remove its entry from <estate>.adopt.json, and plan again.",
  ]);
});

test("a resource without an ARN is known by its id", async () => {
  const states = { "prod/network.tfstate": stateOf({ type: "aws_route", attributes: { id: "r-1" } }) };
  expect(await look(imported("aws_route", { id: "r-1" }), states)).toHaveLength(1);
  expect(await look(imported("aws_route", { id: "r-2" }), states)).toEqual([]);
});

test.each([
  { what: "the stack's own state", key: stack.state.key, held: { type: "aws_vpc", attributes: vpc } },
  { what: "a state that only reads it", key: "prod/a.tfstate", held: { type: "aws_vpc", attributes: vpc, mode: "data" as const } }, // prettier-ignore
  {
    what: "a state with another type of this id",
    key: "prod/a.tfstate",
    held: { type: "aws_subnet", attributes: vpc },
  },
  { what: "a state with the same name in another region", key: "prod/a.tfstate", held: { type: "aws_vpc", attributes: { ...vpc, arn: "arn:aws:ec2:us-east-1:222222222222:vpc/vpc-1" } } }, // prettier-ignore
])("$what may have it", async ({ key, held }) => {
  expect(await look(imported("aws_vpc", vpc), { [key]: stateOf(held) })).toEqual([]);
});

test("resources with neither an ARN nor an id are not the same thing", async () => {
  const list = { role_name: "a", policy_names: [] };
  const states = { "prod/a.tfstate": stateOf({ type: "aws_iam_role_policies_exclusive", attributes: list }) };
  expect(await look(imported("aws_iam_role_policies_exclusive", { role_name: "b" }), states)).toEqual([]);
});

describe("what a restored state has, and a move has since taken to another one,", () => {
  const states = { "dev/application.tfstate": stateOf({ type: "aws_vpc", attributes: vpc }) };
  const command = "npm run move -- dev-network:aws_vpc.old dev-application:aws_vpc.held";
  const destructions = (planned: Planned, s3 = new FakeS3()) => {
    for (const [key, body] of Object.entries(states)) s3.put(key, body);
    return destructionsHeldElsewhere(planOf([planned]), stack, statesIn(s3));
  };

  test.each([
    { what: "destroyed", planned: destroyed("aws_vpc.old", vpc) },
    { what: "replaced", planned: replaced("aws_vpc.old", vpc, vpc) },
  ])("must not be $what: the other stack would lose it", async ({ planned }) => {
    expect(await destructions(planned)).toEqual([
      {
        address: "aws_vpc.old",
        message: `is aws_vpc.held of the state dev/application.tfstate too, and that stack would lose it. Remove it from this state: ${command}. If that state is only a copy, delete the copy instead. Then plan again.`,
      },
    ]);
  });

  test("may be forgotten or stay, and what no other state has may be destroyed", async () => {
    const s3 = new FakeS3();
    expect(await destructions(forgotten("aws_vpc.old", vpc), s3)).toEqual([]);
    expect(await destructions(unchanged("aws_vpc.old", vpc), s3)).toEqual([]);
    expect(s3.requests).toEqual([]);
    expect(await destructions(destroyed("aws_vpc.old", { id: "vpc-2", arn: "arn:2" }))).toEqual([]);
  });

  test("is found at the apply in the states that the role may read", async () => {
    const s3 = new FakeS3();
    s3.put("account/bootstrap.tfstate", stateOf());
    s3.put("dev/application.tfstate", states["dev/application.tfstate"]);
    s3.before = (request) => {
      if (request.includes("bootstrap")) throw awsError("AccessDenied", 403);
    };
    const plan = planOf([destroyed("aws_vpc.old", vpc)]);
    expect(await destructionsHeldElsewhere(plan, stack, statesIn(s3, true))).toHaveLength(1);
    await expect(destructionsHeldElsewhere(plan, stack, statesIn(s3))).rejects.toThrow("AccessDenied");
  });

  test("is listed with the command that removes it", async () => {
    const s3 = new FakeS3();
    for (const [key, body] of Object.entries(states)) s3.put(key, body);
    const own = JSON.parse(stateOf({ type: "aws_vpc", attributes: vpc }, { type: "aws_subnet", attributes: { id: "subnet-1" } })) as StateDocument; // prettier-ignore
    expect(await heldTwice(own, stack, s3.client)).toEqual([
      `aws_vpc.held is in the state dev/application.tfstate too. Remove it from this state: ${command.replace("aws_vpc.old", "aws_vpc.held")}`,
    ]);
  });
});

describe("a name that is unique in less than an account", () => {
  const queue = (region: string) => ({
    type: "aws_sqs_queue",
    attributes: { arn: `arn:aws:sqs:${region}:222222222222:q` },
  });
  const found = async (type: string, before: Readonly<Record<string, unknown>>, ...held: readonly Held[]) => {
    const s3 = new FakeS3();
    s3.put("dev/jobs.tfstate", stateOf(...held));
    const findings = await destructionsHeldElsewhere(planOf([destroyed(`${type}.old`, before)]), stack, statesIn(s3));
    return findings.map(({ address }) => address);
  };

  test.each([
    { type: "random_password", mine: { id: "none" }, others: { id: "none" } },
    { type: "terraform_data", mine: { id: "a" }, others: { id: "a" } },
    {
      type: "aws_lambda_permission",
      mine: { id: "sns", function_name: "a" },
      others: { id: "sns", function_name: "b" },
    },
    {
      type: "aws_iam_policy_attachment",
      mine: { id: "read", policy_arn: "a" },
      others: { id: "read", policy_arn: "b" },
    },
    { type: "aws_cloudwatch_log_metric_filter", mine: { id: "errors", log_group_name: "a" }, others: { id: "errors", log_group_name: "b" } }, // prettier-ignore
  ])("of $type does not keep another one from being destroyed", async ({ type, mine, others }) => {
    expect(await found(type, mine, { type, attributes: others })).toEqual([]);
  });

  test("is compared where it is the same", async () => {
    const permission = { id: "sns", function_name: "a" };
    const type = "aws_lambda_permission";
    expect(await found(type, permission, { type, attributes: { ...permission, action: "other" } })).toHaveLength(1);
  });

  test.each([
    { what: "the same region", held: [queue("eu-west-1")], count: 1 },
    { what: "another region", held: [queue("us-east-1")], count: 0 },
    { what: "one of several regions", held: [queue("eu-west-1"), queue("us-east-1")], count: 1 },
    { what: "an unknown region", held: [], count: 1 },
  ])("is the same thing in $what: $count", async ({ held, count }) => {
    const attributes = { id: "rule-target" };
    const type = "aws_cloudwatch_event_target";
    expect(await found(type, attributes, { type, attributes }, ...held)).toHaveLength(count);
    const role = { id: "role:policy" };
    expect(await found("aws_iam_role_policy", role, { type: "aws_iam_role_policy", attributes: role }, ...held)).toHaveLength(1); // prettier-ignore
  });

  test.each([
    {
      what: "in a module with for_each",
      held: stateOf({ type: "aws_vpc", attributes: vpc })
        .replace('"name":"held"', '"module":"module.a","name":"held"')
        .replace('"schema_version"', '"index_key":"it\'s","schema_version"'),
      remedy: `Remove it from this state: npm run move -- dev-network:aws_vpc.old 'dev-jobs:module.a.aws_vpc.held["it'\\''s"]'`,
    },
    {
      what: "of another type, which npm run move does not take",
      held: stateOf({ type: "aws_default_vpc", attributes: vpc }),
      remedy: "Restore a version of this state without it: npm run state -- history dev-network",
    },
  ])("of a resource $what names the remedy", async ({ held, remedy }) => {
    const s3 = new FakeS3();
    s3.put("dev/jobs.tfstate", held);
    const [finding] = await destructionsHeldElsewhere(planOf([destroyed("aws_vpc.old", vpc)]), stack, statesIn(s3));
    expect(finding?.message).toContain(
      `${remedy}. If that state is only a copy, delete the copy instead. Then plan again.`,
    );
  });
});

test("a state of another tool in another format is left out", async () => {
  const states = { "other.tfstate": "encrypted", "env:/a/b.tfstate": "encrypted" };
  expect(await look(imported("aws_vpc", vpc), states)).toEqual([]);
});

test("a plan without imports reads no state", async () => {
  const s3 = new FakeS3();
  expect(await look(created("aws_vpc.wanted", vpc), {}, s3)).toEqual([]);
  expect(s3.requests).toEqual([]);
});

test("an account without a bucket has no state", async () => {
  const s3 = new FakeS3();
  s3.before = () => {
    throw awsError("NoSuchBucket", 404);
  };
  expect(await look(imported("aws_vpc", vpc), {}, s3)).toEqual([]);
});

test("a damaged or unreadable state is an error: what it holds is unknown", async () => {
  await expect(look(imported("aws_vpc", vpc), { "prod/a.tfstate": "{" })).rejects.toThrow(
    /^dev-network: the state prod\/a\.tfstate of its account is /,
  );
  const s3 = new FakeS3();
  s3.before = () => {
    throw awsError("AccessDenied", 403);
  };
  await expect(look(imported("aws_vpc", vpc), {}, s3)).rejects.toThrow("AccessDenied");
});

describe("plans that are applied together", () => {
  const found = (...plans: readonly (readonly [id: string, ...Planned[]])[]) =>
    Object.fromEntries(
      [...importsOfOneThing(plans.map(([id, ...all]) => ({ stack: { ...stack, id }, plan: planOf(all) })))].map(
        ([id, findings]) => [id, findings.map(({ address, message }) => `${address} ${message}`)],
      ),
    );
  const wanted = imported("aws_vpc", vpc);
  const too = (address: string, of: string) =>
    `aws_vpc.wanted is ${address} of ${of} too, and a thing in AWS must have one address. Remove one of the entries from <estate>.adopt.json, and plan again.`;

  test("the same thing must not be imported into two stacks: no state shows it yet", () => {
    expect(found(["dev-network", wanted], ["prod-network", wanted])).toEqual({
      "dev-network": [too("aws_vpc.wanted", "prod-network")],
      "prod-network": [too("aws_vpc.wanted", "dev-network")],
    });
  });

  test.each([
    { what: "has", other: unchanged("aws_vpc.old", vpc) },
    { what: "would destroy", other: destroyed("aws_vpc.old", vpc) },
    { what: "has as the default that AWS made", other: unchanged("aws_default_vpc.old", vpc) },
  ])("nor what another address of the stack $what", ({ other }) => {
    expect(found(["dev-network", other, wanted])).toEqual({
      "dev-network": [too(other.change.address, "dev-network")],
    });
  });

  test("what is forgotten at another address, other things, and plans without an import pass", () => {
    const others = [unchanged("aws_vpc.b", { ...vpc, arn: `${vpc.arn}2` }), created("aws_vpc.c", vpc)];
    expect(found(["dev-network", forgotten("aws_vpc.old", vpc), wanted, ...others])).toEqual({});
    expect(found(["dev-network", unchanged("aws_vpc.a", vpc), destroyed("aws_vpc.b", vpc)])).toEqual({});
    // What only has settings has no id.
    const settings = imported("aws_iam_role_policies_exclusive", { role_name: "a" });
    expect(found(["dev-network", settings], ["prod-network", settings])).toEqual({});
  });

  test("an id without a region in it is another thing in another region, except in IAM", () => {
    const plans = (type: string) => {
      const each = (id: string, region: string) => ({
        stack: { ...stack, id, region },
        plan: planOf([imported(type, { id: "studies" })]),
      });
      return importsOfOneThing([each("dev-database", "eu-west-1"), each("prod-database", "us-east-1")]).size;
    };
    expect([plans("aws_route"), plans("aws_iam_role_policy")]).toEqual([0, 2]);
  });
});

describe("what another account owns", () => {
  const REFUSAL =
    "must be of account 222222222222, got one of another account. Remove its entry from <estate>.adopt.json, and plan again.";
  const foreign = async (planned: Planned, answer: () => Promise<unknown> = () => Promise.resolve({})) => {
    const asked: unknown[] = [];
    const send = (command: { readonly input: object }) => {
      asked.push(command.input);
      return answer();
    };
    const s3Of = (region: string) => {
      asked.push(region);
      return Promise.resolve({ send } as unknown as Pick<S3Client, "send">);
    };
    return { found: await importsOfOtherAccounts(planOf([planned]), stack, s3Of), asked };
  };

  test.each([
    imported("aws_kms_key", { arn: "arn:aws:kms:eu-west-1:333333333333:key/1" }),
    imported("aws_subnet", { owner_id: "333333333333", arn: "arn:aws:ec2:eu-west-1:222222222222:subnet/subnet-1" }),
  ])("is not imported: its ARN or owner says so", async (planned) => {
    expect((await foreign(planned)).found).toEqual([{ address: planned.change.address, message: REFUSAL }]);
  });

  test("is not imported: a bucket of another account that lets this one read it", async () => {
    const bucket = imported("aws_s3_bucket", { bucket: "studies", region: "us-east-1", arn: "arn:aws:s3:::studies" });
    const denied = await foreign(bucket, () => Promise.reject(awsError("Forbidden", 403)));
    expect(denied.found).toEqual([{ address: "aws_s3_bucket.wanted", message: REFUSAL }]);
    expect(denied.asked).toEqual(["us-east-1", { Bucket: "studies", ExpectedBucketOwner: "222222222222" }]);
    expect((await foreign(bucket)).found).toEqual([]);
    await expect(foreign(bucket, () => Promise.reject(awsError("SlowDown", 503)))).rejects.toThrow("SlowDown");
  });

  test.each([
    imported("aws_vpc", { ...vpc, owner_id: "222222222222" }),
    imported("aws_iam_policy", { arn: "arn:aws:iam::aws:policy/ReadOnlyAccess" }),
    imported("aws_route", { id: "r-1" }),
    created("aws_kms_key.k", { arn: "arn:aws:kms:eu-west-1:333333333333:key/1" }),
  ])("this account's own, AWS's, and what is not imported pass", async (planned) => {
    expect((await foreign(planned)).found).toEqual([]);
  });
});
