import { countChanges, requestedActions } from "../../../tools/emulator/requested-actions";

const actionsIn = (...lines: string[]) =>
  requestedActions(lines.map((line) => `04:50:00.123 ${line}`).join("\n")).map(({ action, resource }) =>
    resource === "*" ? action : `${action} ${resource}`,
  );

test.each([
  ["111111111111 ec2 DescribeVpcs 200", "ec2:DescribeVpcs"],
  ["111111111111 organizations AWSOrganizationsV20161128.DescribeAccount 200", "organizations:DescribeAccount"],
  ["111111111111 monitoring DescribeAlarms 200", "cloudwatch:DescribeAlarms"],
  ["111111111111 budgets AWSBudgetServiceGateway.DescribeSubscribersForNotification 400", "budgets:ViewBudget"],
  ["111111111111 access-analyzer GET /analyzer/account 200", "access-analyzer:GetAnalyzer"],
  ["111111111111 access-analyzer GET /analyzer?type=ACCOUNT 200", "access-analyzer:ListAnalyzers"],
  ["111111111111 access-analyzer GET /tags/arn:aws:access-analyzer:x 200", "access-analyzer:ListTagsForResource"],
  ["111111111111 guardduty GET /detector 200", "guardduty:ListDetectors"],
  ["111111111111 guardduty GET /detector/0a1b 200", "guardduty:GetDetector"],
  ["111111111111 guardduty GET /tags/arn:aws:guardduty:x 200", "guardduty:ListTagsForResource"],
  ["111111111111 securityhub GET /accounts?HubArn=arn:aws:securityhub:x 200", "securityhub:DescribeHub"],
  ["111111111111 securityhub GET /standards 200", "securityhub:DescribeStandards"],
  ["111111111111 securityhub POST /standards/get 200", "securityhub:GetEnabledStandards"],
  ["111111111111 s3 GET / 200", "s3:ListAllMyBuckets"],
  ["111111111111 s3 HEAD /states 200", "s3:ListBucket arn:aws:s3:::states"],
  ["111111111111 s3 GET /states?list-type=2&prefix=dev 200", "s3:ListBucket arn:aws:s3:::states"],
  ["111111111111 s3 GET /states?encryption= 200", "s3:GetEncryptionConfiguration arn:aws:s3:::states"],
  ["111111111111 s3 GET /states/?object-lock 404", "s3:GetBucketObjectLockConfiguration arn:aws:s3:::states"],
  ["111111111111 s3 GET /states?versions&prefix=dev 200", "s3:ListBucketVersions arn:aws:s3:::states"],
  ["111111111111 s3 GET /states/dev/a.tfstate?x-id=GetObject 200", "s3:GetObject arn:aws:s3:::states/dev/a.tfstate"],
  ["111111111111 s3 HEAD /states/dev/a.tfstate 200", "s3:GetObject arn:aws:s3:::states/dev/a.tfstate"],
  ["111111111111 s3 GET /states/a?versionId=1 200", "s3:GetObjectVersion arn:aws:s3:::states/a"],
  ["111111111111 s3 PUT /states/a.tflock?x-id=PutObject 200", "s3:PutObject arn:aws:s3:::states/a.tflock"],
  ["111111111111 s3 DELETE /states/a.tflock?x-id=DeleteObject 204", "s3:DeleteObject arn:aws:s3:::states/a.tflock"],
  ["111111111111 s3 GET /v20180820/configuration/publicAccessBlock 200", "s3:GetAccountPublicAccessBlock"],
  ["111111111111 s3 GET /v20180820/tags/arn:aws:s3:::states 200", "s3:ListTagsForResource"],
])("%s is %s", (line, expected) => {
  expect(actionsIn(line)).toEqual([expected]);
});

test("names the account and the request", () => {
  expect(requestedActions("04:50:00.123 222222222222 kms TrentService.ListAliases 200\n")).toEqual([
    { accountId: "222222222222", action: "kms:ListAliases", resource: "*", request: "TrentService.ListAliases" },
  ]);
});

test("passes over lines that are no requests, unsigned requests, and changes of settings with a path", () => {
  expect(
    actionsIn(
      "Traceback (most recent call last):",
      "111111111111 - GET /moto-api/data.json 200",
      "111111111111 s3 PUT /states 200",
      "111111111111 s3 PUT /states?versioning 200",
      "111111111111 access-analyzer PUT /analyzer 200",
    ),
  ).toEqual([]);
});

test("knows the read of a contact, which has a body, and changes nothing", () => {
  const line = log("111111111111 account POST /getAlternateContact 200");
  expect(requestedActions(line).map(({ action }) => action)).toEqual(["account:GetAlternateContact"]);
  expect(countChanges(line, "111111111111")).toBe(0);
  expect(countChanges(log("111111111111 account POST /putAlternateContact 200"), "111111111111")).toBe(1);
});

test("refuses a service by path that it does not know", () => {
  expect(() => actionsIn("111111111111 apigateway GET /apikeys 200")).toThrow(
    "the service must be one of s3, access-analyzer, guardduty, securityhub, got apigateway GET /apikeys",
  );
});

const log = (...lines: string[]) => lines.map((line) => `04:50:00.123 ${line}\n`).join("");

test.each([
  "ec2 CreateSecurityGroup 200",
  "iam PutRolePolicy 400",
  "logs Logs_20140328.PutRetentionPolicy 200",
  "budgets AWSBudgetServiceGateway.CreateBudget 200",
  "s3 PUT /trail 200",
  "s3 PUT /trail?policy= 200",
  "s3 DELETE /trail/object 204",
  "s3 PUT /v20180820/configuration/publicAccessBlock 200",
  "access-analyzer PUT /analyzer 200",
  "kms Unknown 200",
])("%s counts as a change", (request) => {
  expect(countChanges(log(`111111111111 ${request}`), "111111111111")).toBe(1);
});

test.each([
  "ec2 DescribeVpcs 200",
  "sts AssumeRole 200",
  "organizations AWSOrganizationsV20161128.ListRoots 200",
  "s3 GET /trail?policy= 200",
  "securityhub POST /standards/get 200",
  "s3 HEAD /states/ 404",
  "s3 PUT /states/dev/network.tfstate.tflock?x-id=PutObject 200",
  "s3 PUT /states/dev/network.tfstate?x-id=PutObject 200",
  "s3 DELETE /states/dev/network.tfstate.tflock?x-id=DeleteObject 204",
])("%s does not count as a change", (request) => {
  expect(countChanges(log(`111111111111 ${request}`), "111111111111")).toBe(0);
});

test("the requests of another account, and other lines, do not count", () => {
  const change = "ec2 CreateVpc 200";
  const text = log(`111111111111 ${change}`, `222222222222 ${change}`, `222222222222 ${change}`);
  expect(countChanges(`Traceback (most recent call last):\n${text}`, "222222222222")).toBe(2);
});
