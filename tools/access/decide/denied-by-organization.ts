import { GLOBAL_SERVICES } from "../../../config/create-actions";
import { conditionText, isUnconditional, reasonText, type Decision } from "../policy/decision";
import { policyOf } from "../policy/policy";
import type { OrganizationLevel, Principal } from "../read/model";
import { Access } from "./access";
import { serviceOf } from "./request-context";

/** Somebody who may do everything in an account, but for the service control policies of its organization. */
interface Administrator {
  /** The ARN of a user or role. */
  readonly arn: string;
  readonly accountId: string;
  /** From the root of the organization to the account. */
  readonly organizationPath: readonly OrganizationLevel[];
}

interface Request {
  readonly action: string;
  /** An ARN, or `*` for any resource. */
  readonly on: string;
  readonly region: string;
}

/** A request that service control policies deny, or allow under conditions that the request may not meet. */
interface Denial<T> {
  readonly request: T;
  readonly isDenied: boolean;
  /** The policies that deny it, or its conditions. */
  readonly reason: string;
}

const EVERYTHING = policyOf("everything", "assumed", { Effect: "Allow", Action: "*", Resource: "*" });

/** The requests of an administrator that the organization of the account does not allow in any case. */
export async function deniedByOrganization<T extends Request>(
  { arn, accountId, organizationPath }: Administrator,
  requests: readonly T[],
): Promise<Denial<T>[]> {
  const principal: Principal = {
    kind: arn.includes(":role/") ? "role" : "user",
    arn,
    accountId,
    name: arn.replace(/^.*\//, ""),
    policies: [EVERYTHING],
    tags: {},
    source: "the credentials of this run",
  };
  const account = { id: accountId, name: accountId, region: "us-east-1", management: false, organizationPath };
  const model = {
    accounts: [account],
    principals: [principal],
    guardedResources: [],
    managedPolicies: [],
    resources: [],
  };
  const access = new Access(model);
  const decided = await Promise.all(
    requests.map(async (request) => {
      const { action, on, region } = request;
      const decision = await access.decide(principal, action, on, { context: contextOf(action, region) });
      return { request, isDenied: !decision.allowed, reason: reasonOf(decision), isAllowed: isUnconditional(decision) };
    }),
  );
  return decided.filter(({ isAllowed }) => !isAllowed).map(({ isAllowed: _, ...denial }) => denial);
}

/** The keys that the apply decides: without them, another region would count as possible. */
const contextOf = (action: string, region: string) => ({
  "aws:RequestedRegion": GLOBAL_SERVICES.includes(serviceOf(action)) ? "us-east-1" : region,
  "aws:SecureTransport": "true",
  "aws:ViaAWSService": "false",
});

function reasonOf(decision: Decision): string {
  if (decision.allowed) return `allowed only ${conditionText(decision)}`;
  if (decision.explicit) return decision.because.map(reasonText).join(" and ");
  return "no service control policy of a level of the organization allows it";
}
