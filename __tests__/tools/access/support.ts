import { Access } from "../../../tools/access/decide/access";
import type { AccessGraph } from "../../../tools/access/graph/access-graph";
import { accessGraphOf } from "../../../tools/access/graph/access-graph-of";
import type { AccessModel, Principal } from "../../../tools/access/read/model";
import { accessModelOf } from "../../../tools/access/read/model-of";
import { policyOf } from "../../../tools/access/policy/policy";
import { UnresolvedAccess } from "../../../tools/access/read/problems";
import type { StackJson, SynthesizedStack } from "../../../tools/synth/synthesized";
import { UserError } from "../../../config/user-error";

/* Small synthesized stacks, models and policies, written by hand. */

export const ONE = "111111111111";
export const TWO = "222222222222";
export const THREE = "333333333333";

type Blocks = NonNullable<StackJson["resource"]>;

interface Wish extends Omit<StackJson, "resource"> {
  readonly id?: string;
  readonly account?: string;
}

/** A stack of an account. The key of its state is its id. */
export function stackOf(resource: Blocks, { id = "made", account = ONE, ...json }: Wish = {}): SynthesizedStack {
  const aws = [{ region: "eu-west-1", allowed_account_ids: [account] }];
  return {
    id,
    json: { terraform: { backend: { s3: { bucket: "states", key: id } } }, provider: { aws }, resource, ...json },
  };
}

/** The data source with which a stack reads the outputs of another one. */
export function stateOf(id: string): Blocks {
  return { terraform_remote_state: { [id]: { backend: "s3", config: { bucket: "states", key: id } } } };
}

export function allow(
  action: string | readonly string[],
  resource: string | readonly string[] = "*",
  condition?: object,
): object {
  return { Effect: "Allow", Action: action, Resource: resource, Condition: condition };
}

export function deny(
  action: string | readonly string[],
  resource: string | readonly string[] = "*",
  condition?: object,
): object {
  return { Effect: "Deny", Action: action, Resource: resource, Condition: condition };
}

/** A statement of a trust policy; a text is the principal's ARN or account. */
export function trusting(principal: string | object, condition?: object, action = "sts:AssumeRole"): object {
  const named = typeof principal === "string" && principal !== "*" ? { AWS: principal } : principal;
  return { Effect: "Allow", Principal: named, Action: action, Condition: condition };
}

/** The text of a policy in Terraform's JSON. */
export function document(...statements: readonly object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements }).replaceAll("${", "$${");
}

export const EC2 = { Service: "ec2.amazonaws.com" };
export const TRUST_EC2 = document(trusting(EC2));

/** A role of a stack, with an inline policy of the given statements, if any. */
export function roleBlocks(name: string, ...statements: readonly object[]): Blocks {
  const inline = { [name]: { name: "own", role: `\${aws_iam_role.${name}.name}`, policy: document(...statements) } };
  return {
    aws_iam_role: { [name]: { name, assume_role_policy: TRUST_EC2 } },
    ...(statements.length > 0 && { aws_iam_role_policy: inline }),
  };
}

export function modelOf(...stacks: readonly SynthesizedStack[]): AccessModel {
  return accessModelOf(stacks);
}

/** The problems of stacks that cannot be resolved, one a line. */
export function problemsOf(...stacks: readonly SynthesizedStack[]): readonly string[] {
  try {
    accessModelOf(stacks);
  } catch (error) {
    if (!(error instanceof UnresolvedAccess) || !(error instanceof UserError)) throw error;
    return error.problems;
  }
  return [];
}

/** `may` is a policy of its own, before `policies`. A trust policy is given as statements only. */
export interface PrincipalWish extends Partial<Omit<Principal, "trust">> {
  readonly may?: readonly object[];
  readonly trusts?: readonly object[] | undefined;
}

function principalOf(kind: Principal["kind"], name: string, { may = [], trusts, ...others }: PrincipalWish): Principal {
  const { accountId = ONE } = others;
  return {
    ...{ kind, name, accountId, arn: `arn:aws:iam::${accountId}:${kind}/${name}`, tags: {}, source: name },
    policies: may.length > 0 ? [policyOf("own", name, ...may)] : [],
    trust: trusts && policyOf("trust policy", name, ...trusts),
    ...others,
  };
}

/** A role of a model. By default it trusts EC2. */
export function role(name: string, wish: PrincipalWish = {}): Principal {
  return principalOf("role", name, { trusts: [trusting(EC2)], ...wish });
}

export function user(name: string, wish: PrincipalWish = {}): Principal {
  return principalOf("user", name, wish);
}

/** A model of these principals and their accounts. */
export function accessTo(principals: readonly Principal[], others: Partial<AccessModel> = {}): Access {
  const ids = [...new Set(principals.map(({ accountId }) => accountId))];
  const accounts = ids.map((id) => ({ id, name: id, region: "eu-west-1", management: false }));
  return new Access({ accounts, principals, guardedResources: [], managedPolicies: [], resources: [], ...others });
}

/** Each step as a line: `mallory -put-own-policy-> everything in 111111111111 if MFA`. */
export async function stepsAmong(
  principals: readonly Principal[],
  others: Partial<AccessModel> = {},
): Promise<string[]> {
  return stepLines(await accessGraphOf(accessTo(principals, others)));
}

export function stepLines({ steps }: Pick<AccessGraph, "steps">): string[] {
  const named = (id: string) =>
    id.replace(/^arn:aws:iam::(\d+):(role|user)\//, (_, account) => (account === ONE ? "" : `${String(account)}/`));
  return steps.map(({ from, to, way, conditions }) => {
    const conditional = conditions.length > 0 ? ` if ${conditions.join(" and ")}` : "";
    return `${named(from)} -${way}-> ${named(to)}${conditional}`;
  });
}
