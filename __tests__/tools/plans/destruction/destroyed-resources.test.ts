import { oncePerRegion } from "../../../../tools/plans/destruction/destroyed-resources";
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
