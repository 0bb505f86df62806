import type { STSClient } from "@aws-sdk/client-sts";
import { expectCallerAccount } from "../../../../tools/terraform/aws/aws-clients";

const sts = (answer: object) => ({ send: () => Promise.resolve(answer) }) as unknown as STSClient;

test("accepts credentials of the stack's account", async () => {
  await expect(
    expectCallerAccount(sts({ Account: "222222222222" }), "222222222222", "dev-iam", { AWS_PROFILE: "prod" }),
  ).resolves.toBeUndefined();
});

test("reports both accounts, the caller and the remedy for credentials of another account", async () => {
  const answer = { Account: "333333333333", Arn: "arn:aws:iam::333333333333:user/me" };
  await expect(expectCallerAccount(sts(answer), "222222222222", "dev-iam", { AWS_PROFILE: "prod" })).rejects.toThrow(
    "the credentials for dev-iam must be of the account 222222222222, got 333333333333 (arn:aws:iam::333333333333:user/me) from the AWS profile prod. " +
      "Name an AWS profile of 222222222222: --profile <name>; {account} in it is replaced with the account's name in the estate.",
  );
});
