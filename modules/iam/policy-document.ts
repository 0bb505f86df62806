import { escapeTemplate } from "../terraform-syntax";

/** Values of a condition key; several are alternatives. */
type ConditionValue = string | readonly string[];

/** A statement of an IAM policy, as data. Give `actions` or `notActions`; `resources` is left out in trust policies. */
export interface PolicyStatement {
  /** Reads as a sentence; letters and digits, unique in its document. */
  readonly sid: string;
  /** @default "Allow" */
  readonly effect?: "Allow" | "Deny";
  readonly actions?: readonly string[];
  readonly notActions?: readonly string[];
  readonly resources?: readonly string[];
  readonly notResources?: readonly string[];
  /** By kind: `AWS`, `Service` or `Federated`; `"*"` is everybody, which only a Deny may say. */
  readonly principals?: Readonly<Record<string, readonly string[]>> | "*";
  /** Operator, key, value: `{ Bool: { "aws:MultiFactorAuthPresent": "true" } }`. */
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, ConditionValue>>>>;
}

/**
 * Renders statements as a policy document: the one place that does, so that every document has `Version` 2012-10-17
 * (without it policy variables are plain text). Documents are static text, so that limits, tests and the access model
 * see just what AWS will get.
 *
 * @throws Error when a sid is not letters and digits, or stands twice
 */
export function renderPolicy(statements: readonly PolicyStatement[]): string {
  const sids = statements.map(({ sid }) => sid);
  for (const [index, sid] of sids.entries()) {
    if (!/^[A-Za-z0-9]+$/.test(sid)) throw new Error(`sid must be letters and digits, got "${sid}"`);
    if (sids.indexOf(sid) < index) throw new Error(`sid must be unique in its document, got "${sid}" twice`);
  }
  const document = { Version: "2012-10-17", Statement: statements.map(rendered) };
  // `${aws:PrincipalOrgID}` is a policy variable, and none of Terraform's.
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

/** A rendered document as AWS gets it: Terraform's escapes undone. */
export function policyText(document: string): string {
  return document.replaceAll("$${", "${").replaceAll("%%{", "%{");
}

/** The characters that count towards IAM's quotas: white space does not ("IAM and AWS STS quotas"). */
export function policySize(document: string): number {
  return policyText(document).replace(/\s/g, "").length;
}
