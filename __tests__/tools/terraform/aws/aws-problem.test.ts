import { awsErrorMessage, awsProblem } from "../../../../tools/terraform/aws/aws-problem";
import { awsError } from "../support/fake-s3";

const named = (name: string, more: object = {}) => Object.assign(new Error("what it said"), { name, ...more });

test.each([
  [awsError("AccessDenied", 403, "not you"), "dev-iam: AWS answers AccessDenied: not you"],
  [
    awsError("NoSuchBucket", 404),
    "dev-iam: there is no state bucket. Bootstrap its account first: npm run bootstrap -- <account>",
  ],
  [
    named("CredentialsProviderError"),
    "dev-iam: there are no AWS credentials: what it said. Name an AWS profile in ESTATE_PROFILE, or log in.",
  ],
  [named("Error", { code: "ECONNREFUSED", $metadata: {} }), "dev-iam: AWS can't be reached: ECONNREFUSED what it said"],
  [named("TimeoutError"), "dev-iam: AWS can't be reached: TimeoutError what it said"],
])("reports %s in one message", (error, message) => {
  expect(awsProblem(error, "dev-iam")?.message).toBe(message);
});

test("names the profile that has no credentials", () => {
  expect(awsProblem(named("CredentialsProviderError"), "dev-iam", { profile: "dev" })?.message).toBe(
    "dev-iam: the AWS profile dev has no credentials: what it said",
  );
});

test("names the account that is to be bootstrapped", () => {
  const error = awsError("NoSuchBucket", 404);
  expect(awsProblem(error, "dev-iam", { account: "dev" })?.message).toMatch(/: npm run bootstrap -- dev$/);
  expect(awsErrorMessage(error, "dev-iam", { account: "dev" })).toMatch(/: npm run bootstrap -- dev$/);
});

test("ignores errors that are not from AWS", () => {
  expect(awsProblem(new TypeError("x is undefined"), "dev-iam")).toBeUndefined();
  expect(awsProblem(named("Error", { code: "ENOENT" }), "dev-iam")).toBeUndefined();
  expect(awsProblem("thrown text", "dev-iam")).toBeUndefined();
});
