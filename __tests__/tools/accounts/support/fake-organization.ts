import type { AccountClients, InAccount } from "../../../../tools/accounts/account-clients";
import { organizationCalls, type ListedAccount } from "../../../../tools/accounts/organization-calls";
import type { JsonObject } from "../../../../tools/support/json";
import { awsError, FakeS3 } from "../../terraform/support/fake-s3";

export const NOW = new Date("2026-12-01T12:00:00Z");
const DAY = 24 * 60 * 60;

/** An account as AWS lists it; by default the member `lab` of the fixture's estate, created and open. */
export const listed = (changes: Partial<ListedAccount> = {}): JsonObject => {
  const { id, name, email, state, joinedMethod } = {
    id: "333333333333",
    name: "lab",
    email: "lab@example.com",
    state: "ACTIVE",
    joinedMethod: "CREATED",
    ...changes,
  };
  return { Id: id, Name: name, Email: email, State: state, JoinedMethod: joinedMethod };
};

interface FakeInvitation {
  readonly state?: string;
  /** In how many days it ends. @default 15 */
  readonly days?: number;
  /** @default the master account of the fixture's estate */
  readonly by?: string;
  /** @default the id of `lab` */
  readonly to?: string;
}

/** An invitation as AWS lists it. */
export const handshake = ({
  state = "OPEN",
  days = 15,
  by = "111111111111",
  to = "333333333333",
}: FakeInvitation = {}) => ({
  Id: "h-1",
  Arn: `arn:aws:organizations::${by}:handshake/o-1/invite/h-1`,
  State: state,
  ExpirationTimestamp: NOW.getTime() / 1000 + days * DAY,
  Parties: [
    { Id: "o-1", Type: "ORGANIZATION" },
    { Id: to, Type: to.includes("@") ? "EMAIL" : "ACCOUNT" },
  ],
});

/** What AWS answers, by operation. An error is thrown. */
type Answers = Readonly<Record<string, JsonObject | Error>>;

/** AWS Organizations with fixed answers. `requests` are the operations that it received, with their input. */
export function fakeOrganization(answers: Answers = {}) {
  const requests: string[] = [];
  const calls = organizationCalls((_service, { target = "", input }) => {
    const operation = target.replace(/^AWSOrganizationsV20161128\./, "");
    requests.push(`${operation} ${JSON.stringify(input)}`);
    const answer = answers[operation] ?? awsError("AWSOrganizationsNotInUseException", 400);
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  });
  return { calls, requests };
}

/** Clients of accounts by their name. */
export function inFakeAccounts(clients: Readonly<Record<string, Partial<AccountClients> | Error>>): InAccount {
  return async ({ name }, work) => {
    const own = clients[name] ?? new Error(`the test has no clients of ${name}`);
    if (own instanceof Error) throw own;
    const reading = () => {
      throw new Error(`the test reads nothing else in ${name}`);
    };
    return work({ organizations: fakeOrganization().calls, s3: new FakeS3().client, reading, ...own });
  };
}
