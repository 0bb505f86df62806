import type { Access } from "../decide/access";
import type { Decision } from "../policy/decision";
import { managedPolicy } from "../policy/managed-policies";
import { type Policy, policyOf } from "../policy/policy";
import type { Principal } from "../read/model";
import { isPermissionSetRole } from "../read/permission-set-role";

/* How a principal can change the policies of another one, and whether it is an administrator then. */

/** The policy that a principal writes if it can write any. */
export const FULL_ADMINISTRATOR_POLICY = policyOf("any policy", "written by a principal that can write any policy", {
  Sid: "Everything",
  Effect: "Allow",
  Action: "*",
  Resource: "*",
});

const ADMINISTRATOR_ACCESS = "arn:aws:iam::aws:policy/AdministratorAccess";

export const BOUNDARY = "iam:permissionsboundary";
const POLICY = "iam:policyarn";

/**
 * Whether a principal is administrator of its account: it can create a role whose name no policy mentions, and attach
 * AdministratorAccess to it.
 */
export async function administers(access: Access, principal: Principal): Promise<Decision[] | undefined> {
  const role = `arn:aws:iam::${principal.accountId}:role/of-a-name-that-no-policy-speaks-of`;
  const creates = await access.decide(principal, "iam:CreateRole", role, { brief: true });
  if (!creates.allowed || requiresBoundary(creates)) return undefined;
  const context = { "iam:PolicyARN": ADMINISTRATOR_ACCESS };
  const attaches = await access.decide(principal, "iam:AttachRolePolicy", role, { brief: true, context });
  return attaches.allowed && !requiresBoundary(attaches) ? [creates, attaches] : undefined;
}

/** A role with a required boundary is no administrator. `NewPrincipals` finds such roles. */
function requiresBoundary({ alternatives }: Decision): boolean {
  return alternatives.length > 0 && alternatives.every((set) => set.some(({ key }) => key.toLowerCase() === BOUNDARY));
}

/** Whether an ARN is of a policy that principals of its account can change. */
export function isCustomerManaged(arn: string): boolean {
  return /^arn:aws:iam::\d{12}:policy\//.test(arn);
}

/** The policies that a principal can attach: any policy, or those that a condition names. */
export async function attachable(
  access: Access,
  principal: Principal,
  action: string,
  on: string,
): Promise<[Policy[], Decision]> {
  const any = await access.decide(principal, action, on, {
    brief: true,
    context: { "iam:PolicyARN": ADMINISTRATOR_ACCESS },
  });
  if (any.allowed) return [[FULL_ADMINISTRATOR_POLICY], any];
  const attaches = await access.decide(principal, action, on, { brief: true });
  const arns = attaches.alternatives.flatMap(
    (set) => set.find(({ key }) => key.toLowerCase() === POLICY)?.values ?? [],
  );
  return [
    arns.map((arn) => access.index.managedPolicy(arn) ?? managedPolicy(arn) ?? FULL_ADMINISTRATOR_POLICY),
    attaches,
  ];
}

/** Removing a principal's boundary, replacing it, or writing a new version of it. */
export async function boundaryRemoval(
  access: Access,
  by: Principal,
  { kind, arn, boundary }: Principal,
): Promise<Decision | undefined> {
  if (!boundary) return undefined;
  const rewrites = async () =>
    isCustomerManaged(boundary.name) ? await allowed(access, by, "iam:CreatePolicyVersion", boundary.name) : undefined;
  // IAM changes no role of Identity Center, but the policies that it refers to.
  if (isPermissionSetRole(arn)) return rewrites();
  const noun = nounOf(kind);
  return (
    (await allowed(access, by, `iam:Delete${noun}PermissionsBoundary`, arn)) ??
    (await allowed(access, by, `iam:Put${noun}PermissionsBoundary`, arn, {
      "iam:PermissionsBoundary": ADMINISTRATOR_ACCESS,
    })) ??
    (await rewrites())
  );
}

/** Changes of another principal's policies that make it an administrator. */
export async function administratorChanges(
  access: Access,
  by: Principal,
  other: Principal,
): Promise<[way: string, decision: Decision][]> {
  const noun = nounOf(other.kind);
  const found: [way: string, decision: Decision | undefined][] = [];
  const isEnough = (policies: readonly Policy[]) =>
    administers(access, { ...other, policies: [...other.policies, ...policies] });
  const rewritten = other.policies.filter(({ name }) => isCustomerManaged(name));
  const rewrites = async () => {
    for (const { name } of rewritten)
      found.push(["rewrite", await allowed(access, by, "iam:CreatePolicyVersion", name)]);
  };
  const isReserved = isPermissionSetRole(other.arn);
  if (isReserved && rewritten.length > 0 && (await isEnough([FULL_ADMINISTRATOR_POLICY]))) await rewrites();
  if (isReserved) return withDecisions(found);
  if (await isEnough([FULL_ADMINISTRATOR_POLICY])) {
    found.push(["put", await allowed(access, by, `iam:Put${noun}Policy`, other.arn)]);
    await rewrites();
    const [attached, attaches] = await attachable(access, by, `iam:Attach${noun}Policy`, other.arn);
    if (attached.length > 0 && (await isEnough(attached))) found.push(["attach", attaches]);
  }
  const inline = await allowed(access, by, `iam:Delete${noun}Policy`, other.arn);
  const managed = await allowed(access, by, `iam:Detach${noun}Policy`, other.arn);
  // A policy that can be removed is judged without its Deny statements. Its Allow statements are kept.
  const withoutDenied = other.policies.map((policy) =>
    (policy.name.startsWith("arn:") ? managed : inline) ? withoutDenies(policy) : policy,
  );
  if (await administers(access, { ...other, policies: withoutDenied })) found.push(["loosen", inline ?? managed]);
  return withDecisions(found);
}

function withDecisions(found: readonly [way: string, decision: Decision | undefined][]): [string, Decision][] {
  return found.flatMap(([way, decision]) => (decision ? [[way, decision] as [string, Decision]] : []));
}

/** The decision, if it allows the action. */
export async function allowed(
  access: Access,
  by: Principal,
  action: string,
  on: string,
  context: Readonly<Record<string, string>> = {},
): Promise<Decision | undefined> {
  const decision = await access.decide(by, action, on, { brief: true, context });
  return decision.allowed ? decision : undefined;
}

function withoutDenies(policy: Policy): Policy {
  return { ...policy, statements: policy.statements.filter(({ effect }) => effect === "Allow") };
}

function nounOf(kind: Principal["kind"]): string {
  return kind === "role" ? "Role" : "User";
}
