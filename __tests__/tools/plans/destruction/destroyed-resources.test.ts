import { changedResources, oncePerRegion } from "../../../../tools/plans/destruction/destroyed-resources";
import { destroyed, planOf } from "../../review/support/plans";
import type { Stack } from "../../../../tools/synth/stacks";

test("the clients of a stack are created once for each region", async () => {
  const created: string[] = [];
  const clientsOf = oncePerRegion((stack: Stack, region: string) =>
    Promise.resolve(created.push(`${stack.id} ${region}`)),
  );
  const [one, other] = ["dev-network", "dev-iam"].map((id) => ({ id }) as Stack) as [Stack, Stack];
  await Promise.all([clientsOf(one, "eu-west-1"), clientsOf(one, "eu-west-1"), clientsOf(one, "us-east-1")]);
  await clientsOf(other, "eu-west-1");
  expect(created).toEqual(["dev-network eu-west-1", "dev-network us-east-1", "dev-iam eu-west-1"]);
});

describe("the region of a resource", () => {
  const configuration = {
    provider_config: { "aws.west": { name: "aws", expressions: { region: { constant_value: "us-west-2" } } } },
    root_module: { resources: [{ address: "aws_subnet.s", provider_config_key: "aws.west" }] },
  };
  const arn = "arn:aws:ec2:us-east-1:222222222222:subnet/subnet-1";

  test.each<{ from: string; before: object; plan: object; region: string }>([
    { from: "its own", before: { region: "eu-west-2", arn }, plan: { configuration }, region: "eu-west-2" },
    { from: "that of its ARN", before: { arn }, plan: { configuration }, region: "us-east-1" },
    { from: "that of its provider", before: { arn: "arn:aws:s3:::b" }, plan: { configuration }, region: "us-west-2" },
    { from: "the stack's, not that of its state", before: {}, plan: {}, region: "eu-west-1" },
  ])("is $from", ({ before, plan, region }) => {
    const stack = { id: "dev-network", region: "eu-west-1", state: { region: "eu-north-1" } } as Stack;
    const resource = destroyed("aws_subnet.s", { ...before });
    expect(changedResources([{ stack, plan: { ...planOf([resource]), ...plan } }]).map((each) => each.region)).toEqual([
      region,
    ]);
  });
});
