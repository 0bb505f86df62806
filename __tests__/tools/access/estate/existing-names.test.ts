import { accessOf } from "../../../support/access";
import { keepingEverything } from "../../../support/kept-estate";

const access = accessOf(keepingEverything());
const externalId = "galileo";
const from = "arn:aws:iam::333333333333:role/team/Api";

test.each([
  { what: "the renamed cross-account role", to: "arn:aws:iam::666666666666:role/team/Analytics" },
  { what: "the renamed Master role", to: "arn:aws:iam::111111111111:role/team/CreatesAccounts" },
])("a renamed application role assumes $what", async ({ to }) => {
  await expect(access).toAllowAssume({ from, to, externalId });
  const other = "arn:aws:iam::333333333333:role/Deployment";
  await expect(access).not.toAllowAssume({ from: other, to, externalId });
});

test("a renamed role reaches its renamed bucket, and what a kept policy allows", async () => {
  await expect(access.role("ci", "Api")).toBeAllowed("s3:GetObject", { on: "arn:aws:s3:::example-studies/x" });
  await expect(access.role("ci", "Api")).toBeAllowed("ec2:DescribeVpcs");
  await expect(access.role("ci", "Deployment")).not.toBeAllowed("ec2:DescribeVpcs");
});
