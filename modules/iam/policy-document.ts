import { escapeTemplate } from "../terraform-syntax";

/** Values of a condition key. One of them must match. */
type ConditionValue = string | readonly string[];

/** A statement of an IAM policy, as data. It has `actions` or `notActions`. Trust policies have no `resources`. */
export interface PolicyStatement {
  /** A sentence of letters and digits, unique in its document. */
  readonly sid: string;
  /** @default "Allow" */
  readonly effect?: "Allow" | "Deny";
  readonly actions?: readonly string[];
  readonly notActions?: readonly string[];
  readonly resources?: readonly string[];
  readonly notResources?: readonly string[];
  /** By type: `AWS`, `Service` or `Federated`. `"*"` is everybody, for a Deny only. */
  readonly principals?: Readonly<Record<string, readonly string[]>> | "*";
  /** By operator and key: `{ Bool: { "aws:MultiFactorAuthPresent": "true" } }`. */
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, ConditionValue>>>>;
}

/**
 * Renders statements as a policy document with `Version` 2012-10-17, without which policy variables are plain text. All
 * documents are rendered here. They are static text: limits, tests and the access model see exactly what AWS receives.
 * @throws Error when a sid is not letters and digits, or is not unique
 */
export function renderPolicy(statements: readonly PolicyStatement[]): string {
  const sids = statements.map(({ sid }) => sid);
  for (const [index, sid] of sids.entries()) {
    if (!/^[A-Za-z0-9]+$/.test(sid)) throw new Error(`sid must be letters and digits, got "${sid}"`);
    if (sids.indexOf(sid) < index) throw new Error(`sid must be unique in its document, got "${sid}" twice`);
  }
  const document = { Version: "2012-10-17", Statement: statements.map(rendered) };
  // `${aws:PrincipalOrgID}` is a policy variable and not a Terraform template.
  return escapeTemplate(JSON.stringify(document));
}

function rendered(statement: PolicyStatement): object {
  const { sid, effect = "Allow", actions, notActions, resources, notResources, principals, conditions } = statement;
  return {
    Sid: sid,
    Effect: effect,
    Principal: principals,
    Action: actions,
    NotAction: notActions,
    Resource: resources,
    NotResource: notResources,
    Condition: conditions,
  };
}

/** A rendered document as AWS receives it, without Terraform's escapes. */
export const policyText = (document: string): string => document.replaceAll("$${", "${").replaceAll("%%{", "%{");

/** The characters that count towards IAM's quotas, without white space ("IAM and AWS STS quotas"). */
export const policySize = (document: string): number => policyText(document).replace(/\s/g, "").length;
