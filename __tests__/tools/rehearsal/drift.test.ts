import { Drift } from "../../../tools/rehearsal/drift";

test("shows the changes of the plan, without what Terraform only read", () => {
  const output = `data.aws_region.r: Reading...
data.aws_region.r: Read complete after 0s [id=eu-west-1]
aws_iam_role.r: Refreshing state... [id=r1]

Terraform will perform the following actions:

  # aws_iam_role.r will be updated in-place
`;
  const drift = new Drift("dev-iam", output, "/logs/dev-iam.log");
  expect(drift.planText).toBe(
    "Terraform will perform the following actions:\n\n  # aws_iam_role.r will be updated in-place",
  );
  expect(drift.message).toBe(
    "dev-iam: planned again after the apply, Terraform still finds changes:\n  Terraform will perform the following actions:\n\n" +
      "    # aws_iam_role.r will be updated in-place\n  log: /logs/dev-iam.log",
  );
});
