import { GetCallerIdentityCommand, type STSClient } from "@aws-sdk/client-sts";
import { UserError } from "../../../config/user-error";

/**
 * Makes sure that a client acts in the account of a stack, as Terraform does before it reads or writes.
 *
 * @throws UserError that names both accounts and the remedy; what the client throws where it gets no answer
 */
export async function expectCallerAccount(
  sts: Pick<STSClient, "send">,
  expectedAccountId: string,
  stackId: string,
): Promise<void> {
  const { Account: got = "none", Arn: arn = "nobody" } = await sts.send(new GetCallerIdentityCommand({}));
  if (got === expectedAccountId) return;
  throw new UserError(
    `${stackId} is in the account ${expectedAccountId}, got credentials of ${got} (${arn}); ` +
      `expected an AWS profile of ${expectedAccountId}: --profile <name>, in which {account} stands for the account's name in the estate`,
  );
}
