import { z } from "zod";
import type { JsonObject } from "../support/json";
import type { SignedCall } from "../terraform/aws/signed-call";

const accountSchema = z
  .object({
    Id: z.string(),
    Name: z.string(),
    Email: z.string(),
    // AWS replaces Status by State, which tells closed accounts from suspended ones.
    State: z.string().optional(),
    Status: z.string().optional(),
    JoinedMethod: z.string(),
  })
  .transform(({ Id: id, Name: name, Email: email, State, Status, JoinedMethod: joinedMethod }) => ({
    id,
    name,
    email,
    state: State ?? Status ?? "unknown",
    joinedMethod,
  }));

/** An account of an organization, as AWS lists it. */
export type ListedAccount = z.output<typeof accountSchema>;

const invitationSchema = z
  .object({
    Id: z.string(),
    Arn: z.string(),
    State: z.string(),
    ExpirationTimestamp: z.number(),
    Parties: z.array(z.object({ Id: z.string(), Type: z.string() })),
  })
  .transform(({ Id: id, Arn: arn, State: state, ExpirationTimestamp: seconds, Parties }) => ({
    id,
    state,
    expires: new Date(seconds * 1000),
    // arn:aws:organizations::<account id of the master>:handshake/o-…/invite/h-…
    masterId: arn.split(":")[4] ?? "",
    /** The account id and the address that it names. */
    invited: Parties.filter(({ Type }) => Type !== "ORGANIZATION").map(({ Id }) => Id),
  }));

/** An invitation to join an organization. AWS calls it a handshake, and lists it for 30 days after its end. */
export type Invitation = z.output<typeof invitationSchema>;

/** Whether an invitation can still be accepted. */
export const canBeAccepted = ({ state, expires }: Invitation, now: Date): boolean =>
  (state === "OPEN" || state === "REQUESTED") && expires > now;

/** Operations of AWS Organizations. */
export interface OrganizationCalls {
  /** The account that hosts the organization of the caller; undefined if the caller is in none. */
  masterId(): Promise<string | undefined>;
  /** Every account of the organization. Empty if there is none. For the master account only. */
  accounts(): Promise<ListedAccount[]>;
  /** The invitations that the organization has sent. Empty if there is none. For the master account only. */
  sent(): Promise<Invitation[]>;
  /** The invitations that the account of the caller has received. */
  received(): Promise<Invitation[]>;
  invite(accountId: string): Promise<Invitation>;
  accept(invitationId: string): Promise<void>;
  /** Closes an account for good. */
  close(accountId: string): Promise<void>;
}

const INVITATIONS = { Filter: { ActionType: "INVITE" } };

export function organizationCalls(call: SignedCall): OrganizationCalls {
  const ask = (operation: string, input: JsonObject) =>
    call("organizations", { target: `AWSOrganizationsV20161128.${operation}`, input });
  const list = async <T>(operation: string, key: string, item: z.ZodType<T>, input: JsonObject = {}): Promise<T[]> => {
    const found: T[] = [];
    for (let token: unknown = null; token !== undefined;) {
      const answer = await ask(operation, token === null ? input : { ...input, NextToken: token });
      found.push(...z.array(item).parse(answer[key] ?? []));
      token = answer["NextToken"] ?? undefined;
    }
    return found;
  };
  return {
    masterId: () =>
      unlessAbsent(undefined, async () => {
        const answer = z
          .object({ Organization: z.object({ MasterAccountId: z.string() }) })
          .parse(await ask("DescribeOrganization", {}));
        return answer.Organization.MasterAccountId;
      }),
    accounts: () => unlessAbsent([], () => list("ListAccounts", "Accounts", accountSchema)),
    sent: () =>
      unlessAbsent([], () => list("ListHandshakesForOrganization", "Handshakes", invitationSchema, INVITATIONS)),
    received: () => list("ListHandshakesForAccount", "Handshakes", invitationSchema, INVITATIONS),
    invite: async (accountId) => {
      const Target = { Id: accountId, Type: "ACCOUNT" };
      return invitationSchema.parse((await ask("InviteAccountToOrganization", { Target }))["Handshake"]);
    },
    accept: async (HandshakeId) => {
      await ask("AcceptHandshake", { HandshakeId });
    },
    close: async (AccountId) => {
      await ask("CloseAccount", { AccountId });
    },
  };
}

/** The answer, or another one if the account of the caller is in no organization. */
async function unlessAbsent<T>(absent: T, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if ((error as Error).name === "AWSOrganizationsNotInUseException") return absent;
    throw error;
  }
}
