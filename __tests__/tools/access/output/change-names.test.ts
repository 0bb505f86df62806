import { withNames } from "../../../../tools/access/output/change-names";

const estate = {
  accounts: [
    { id: "222222222222", name: "dev" },
    { id: "111111111111", name: "master" },
  ],
} as unknown as Parameters<typeof withNames>[1];
const named = (line: string) => withNames([line], estate)[0];

const ROLE = "arn:aws:iam::222222222222:role";
test.each([
  { line: `${ROLE}/Admin`, text: "Admin in dev" },
  { line: "arn:aws:iam::222222222222:user/service/deployer", text: "user service/deployer in dev" },
  { line: "account:222222222222", text: "any principal that dev authorizes" },
  {
    line: `${ROLE}/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Operator_*`,
    text: "permission set Operator in dev",
  },
  {
    line: `  + may now be assumed by arn:aws:iam::222222222222:root, if aws:PrincipalArn is "${ROLE}/a" or "${ROLE}/b"`,
    text: "  + may now be assumed by any principal that dev authorizes, if aws:PrincipalArn is a in dev or b in dev",
  },
  {
    line: `  + can now become administrator of 111111111111: assume → ${ROLE}/a, make-role → made:${ROLE}/x-*, administer → administrator:111111111111, if MFA`,
    text: "  + can now become administrator of master: assumes a in dev, creates and assumes a new role x-* in dev, is administrator of master, if MFA",
  },
  {
    line: `  - can no longer become administrator of 222222222222: pass-role-ec2 → ${ROLE}/a, administer → ${ROLE}/b`,
    text: "  - can no longer become administrator of dev: pass role ec2 a in dev, can use b in dev",
  },
])("$line reads $text", ({ line, text }) => {
  expect(named(line)).toBe(text);
});

test.each([
  "arn:aws:iam::999999999999:role/Admin",
  "  + can now become administrator of 999999999999",
  "  + may now s3:GetObject on arn:aws:s3:::222222222222-dev-data/*",
  "  + may now sts:AssumeRole on arn:aws:iam::*:role/OrganizationAccountAccessRole",
  "account dev (222222222222)",
])("what is not of the estate, and what is no role, stays: %s", (line) => {
  expect(named(line)).toBe(line);
});
