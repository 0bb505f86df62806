import { UnexpectedChanges } from "../../../tools/rehearsal/stack-run";

test("UnexpectedChanges shows the changes of the plan, without the lines about reading", () => {
  const output = `data.aws_region.r: Reading...
data.aws_region.r: Read complete after 0s [id=eu-west-1]
aws_iam_role.r: Refreshing state... [id=r1]

Terraform will perform the following actions:

  # aws_iam_role.r will be updated in-place
`;
  const error = new UnexpectedChanges("dev-iam", output, "/logs/dev-iam.log");
  expect(error.message).toBe(
    "dev-iam: the plan after the apply must be empty, got changes:\n  Terraform will perform the following actions:\n\n" +
      "    # aws_iam_role.r will be updated in-place\n  log: /logs/dev-iam.log",
  );
});
