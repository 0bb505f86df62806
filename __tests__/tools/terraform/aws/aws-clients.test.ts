import type { STSClient } from "@aws-sdk/client-sts";
import { expectCallerAccount } from "../../../../tools/terraform/aws/aws-clients";

const sts = (answer: object) => ({ send: () => Promise.resolve(answer) }) as unknown as STSClient;

test("accepts credentials of the stack's account", async () => {
  await expect(
    expectCallerAccount(sts({ Account: "222222222222" }), "222222222222", "dev-iam"),
  ).resolves.toBeUndefined();
});

test("names both accounts, who asks, and the remedy, where they are another's", async () => {
  const answer = { Account: "333333333333", Arn: "arn:aws:iam::333333333333:user/me" };
  await expect(expectCallerAccount(sts(answer), "222222222222", "dev-iam")).rejects.toThrow(
    "dev-iam is in the account 222222222222, got credentials of 333333333333 (arn:aws:iam::333333333333:user/me); " +
      "expected an AWS profile of 222222222222: --profile <name>, in which {account} stands for the account's name in the estate",
  );
});
