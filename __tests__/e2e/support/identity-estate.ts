import { runInNewContext } from "node:vm";
import { AcceptHandshakeCommand, InviteAccountToOrganizationCommand } from "@aws-sdk/client-organizations";
import type { EstateFile } from "../../../config/schema";
import type { Clone } from "./clone";
import { blocksOf } from "./doc-steps";

export const MASTER = "111111111111";
export const DEV = "222222222222";

type Account = EstateFile["accounts"][string];
type People = Pick<Account, "operators" | "admins" | "breakGlass">;

/** The people of the page's estate before it names groups. */
export const USERS: People = {
  operators: [`arn:aws:iam::${MASTER}:user/platform-engineer`],
  admins: [`arn:aws:iam::${MASTER}:user/platform-lead`],
};

/** What the `ts` blocks of a page say, one after another: keys of the estate, and of each account. */
export function settingsOf(markdown: string): (Partial<Pick<EstateFile, "identityCenter">> & Partial<People>)[] {
  return blocksOf(markdown)
    .filter(({ language }) => language === "ts")
    .map(({ lines }) => JSON.parse(JSON.stringify(runInNewContext(`({${lines.join("\n")}})`))) as object);
}

/** A master account and a main account; the same people work in both. */
export function identityEstate(
  people: Partial<People>,
  change: (file: EstateFile) => void = () => undefined,
): EstateFile {
  const account = (kind: "master" | "main", id: string, name: string): Account => ({
    ...structuredClone({ ...USERS, ...people }),
    ...{ kind, id, email: `aws-${name}@example.com`, monthlyBudgetUsd: 50, serviceUsers: [], trail: false },
  });
  const file: EstateFile = {
    solution: "galileo",
    defaultRegion: "eu-west-1",
    chargeCode: "platform-0001",
    organization: { trail: false },
    accounts: { master: account("master", MASTER, "master"), dev: account("main", DEV, "dev") },
    environments: { dev: { account: "dev", profile: "hardened", externalId: "galileo-dev-77aa" } },
  };
  change(file);
  return file;
}

/** Accounts that exist join the organization by invitation, as the page says: groups work in no other account. */
export async function joinOrganization(clone: Pick<Clone, "clients">, ...accounts: readonly string[]): Promise<void> {
  const { organizations } = clone.clients(MASTER);
  for (const Id of accounts) {
    const { Handshake } = await organizations.send(
      new InviteAccountToOrganizationCommand({ Target: { Id, Type: "ACCOUNT" } }),
    );
    await clone.clients(Id).organizations.send(new AcceptHandshakeCommand({ HandshakeId: Handshake?.Id }));
  }
}
