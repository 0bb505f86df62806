import { OrganizationsPolicy } from "@cdktf/provider-aws/lib/organizations-policy";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { type App, TerraformResource, Token } from "cdktf";
import { CREATE_ACTIONS, DECIDING_ARGUMENTS, GLOBAL_SERVICES } from "../config/create-actions";
import type { OrganizationConfig } from "../config/organization-model";
import { policyText } from "../modules/iam/policy-document";
import { ServiceControlPolicy } from "../modules/organization/service-control-policy";
import { CustomStack } from "./custom-stack";

/*
 * What own stacks create, and what the organization's policies deny. The access model decides any request, but it is part
 * of the tools, from which the project does not import. Here a denial counts only if it is certain: a statement about
 * certain resources, or with a condition on anything but the region, may not apply. What is imported is not created.
 */

/** A service control policy of the estate, with the members that it binds: never the master account. Plain data. */
export interface BindingPolicy {
  readonly name: string;
  /** JSON. */
  readonly content: string;
  readonly accountIds: readonly string[];
}

/** A resource of an own stack. Plain data. */
export interface OwnCreation {
  /** The stack and the path of the resource in it. */
  readonly path: string;
  readonly type: string;
  readonly account: { readonly id: string; readonly name: string };
  readonly region: string;
  /** The arguments that it has. @default none */
  readonly given?: readonly string[];
}

/** The service control policies in the app of an organization. */
export function bindingPolicies(app: App, { existing, members }: OrganizationConfig): BindingPolicy[] {
  const all = app.node.findAll().filter((each) => each instanceof ServiceControlPolicy);
  return all.flatMap(({ node }) => {
    const policy = node.findChild("policy");
    if (!(policy instanceof OrganizationsPolicy)) return [];
    const targets = node.findChild("on").node.children.map((attachment) => attachment.node.id);
    const isBound = (unit = "") => targets.includes(unit) || (!existing && targets.includes("root"));
    const accountIds = members.flatMap(({ id, unit }) => (id !== undefined && isBound(unit) ? [id] : []));
    const { nameInput: name = node.id, contentInput: content = "" } = policy;
    return [{ name, content: policyText(content), accountIds }];
  });
}

/** What the own stacks of an app create. Resources of Terraform modules are not known. */
export function ownCreations(app: App): OwnCreation[] {
  return app.node.children.filter((child) => child instanceof CustomStack).flatMap((stack) => creationsIn(stack));
}

/** The JSON of a resource, before its tokens are resolved. */
interface ResourceJson {
  readonly resource?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
  readonly import?: unknown;
  readonly moved?: unknown;
}

/** What a stack creates: not what it imports or moves, nor what has `for_each` or `count`, which may be none. */
function creationsIn(stack: CustomStack): OwnCreation[] {
  const { account, region: own } = stack.spec;
  const existing = stack.existingAddresses.map((address) => address.replace(/\[.*$/, ""));
  return stack.node
    .findAll()
    .filter((each) => each instanceof TerraformResource)
    .flatMap((each) => {
      const { friendlyUniqueId: name, terraformResourceType: type, provider } = each;
      const region = (provider instanceof AwsProvider ? provider.regionInput : undefined) ?? own;
      const json = each.toTerraform() as ResourceJson;
      const { count, for_each: forEach, ...attributes } = json.resource?.[type]?.[name] ?? {};
      const isNew = !json.import && !json.moved && !existing.includes(`${type}.${name}`);
      if (Token.isUnresolved(region) || !isNew || count !== undefined || forEach !== undefined) return [];
      const given = Object.keys(attributes).filter((key) => isGiven(attributes[key]));
      return [{ path: each.node.path, type, account: { id: account.id, name: account.name }, region, given }];
    });
}

/** Whether an argument says something: not `false`, nor an empty list. */
const isGiven = (value: unknown): boolean => Boolean(value) && !(Array.isArray(value) && value.length === 0);

/** One problem for each resource that an account of the organization may certainly not create. */
export function deniedCreations(policies: readonly BindingPolicy[], creations: readonly OwnCreation[]): string[] {
  const parsed = policies.map(({ content, ...policy }) => ({ ...policy, statements: statementsIn(content) }));
  return creations.flatMap((creation) => {
    const { account, path } = creation;
    for (const { name, statements, accountIds } of parsed)
      for (const [index, statement] of statements.entries()) {
        const denied = accountIds.includes(account.id) ? deniedRequest(statement, creation) : undefined;
        if (!denied) continue;
        const { action, region } = denied;
        // A policy may freeze what exists: it denies its creation, and not its reads.
        const existing = coversAction(statement, `${prefixOf(action)}:*`)
          ? ""
          : " If it exists already, import it (<estate>.adopt.json).";
        const by = `${statement.Sid ?? `statement ${index + 1}`} of ${name}`;
        const remedy = statement.Condition
          ? `Create it in another region, or add ${region} to accounts.${account.name}.furtherRegions and, if the estate has the list, to organization.allowedRegions.`
          : "Remove the resource, or change the statement.";
        return [
          `  ${path}: the organization's policies must allow ${action} in ${account.name}, got a denial in ${region} by ${by}. ${remedy}${existing}`,
        ];
      }
    return [];
  });
}

interface Statement {
  readonly Sid?: string;
  readonly Effect?: string;
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** None of a policy that is not known before the apply. */
function statementsIn(content: string): readonly Statement[] {
  if (Token.isUnresolved(content) || !content.startsWith("{")) return [];
  const { Statement: statements } = JSON.parse(content) as { readonly Statement: Statement | readonly Statement[] };
  return listed(statements);
}

interface Request {
  readonly action: string;
  readonly region: string;
}

/** The first request for the resource that the statement certainly denies. */
function deniedRequest(statement: Statement, creation: OwnCreation): Request | undefined {
  if (statement.Effect !== "Deny" || !listed(statement.Resource).includes("*")) return undefined;
  const { region } = creation;
  return requestedActions(creation)
    .map((action) => ({ action, region: GLOBAL_SERVICES.includes(prefixOf(action)) ? "us-east-1" : region }))
    .find((request) => coversAction(statement, request.action) && isMet(statement.Condition, request.region));
}

/** The actions that the creation certainly requests. None for a type whose service is not known. */
function requestedActions({ type, given = [] }: OwnCreation): readonly string[] {
  const known = CREATE_ACTIONS[type]?.split(" ");
  const service = serviceOf(type);
  if (!known) return service === undefined ? [] : [`${service}:*`];
  const isMissing = (name: string): boolean =>
    name.startsWith("!") ? given.includes(name.slice(1)) : !given.includes(name);
  return known.filter((action) => {
    const deciding = DECIDING_ARGUMENTS[type]?.[action];
    return deciding === undefined || (deciding.length > 0 && !deciding.some(isMissing));
  });
}

/** Whether the statement is about the action. `*` at its end means an unknown action of the service. */
function coversAction({ Action, NotAction }: Statement, action: string): boolean {
  if (NotAction === undefined) return listed(Action).some((pattern) => matches(pattern, action));
  const isUnknown = action.endsWith("*");
  return listed(NotAction).every((pattern) =>
    isUnknown ? pattern !== "*" && !matches(prefixOf(pattern), prefixOf(action)) : !matches(pattern, action),
  );
}

/** Whether all conditions are met for every principal that sends the request. */
function isMet(conditions: Statement["Condition"] = {}, region: string): boolean {
  return Object.entries(conditions).every(([operator, keys]) =>
    Object.entries(keys).every(([key, values]) => {
      const [, not, how] = /^String(Not)?(Equals|Like)(?:IfExists)?$/.exec(operator) ?? [];
      if (how === undefined || key.toLowerCase() !== "aws:requestedregion") return false;
      if (listed(values).some((value) => value.includes("${"))) return false; // a policy variable
      const isNamed = listed(values).some((value) => (how === "Like" ? matches(value, region) : value === region));
      return isNamed === (not === undefined);
    }),
  );
}

/** Types of services whose name in IAM is another one than the second word of the type. The first that fits counts. */
const OTHER_NAMES: readonly (readonly [type: RegExp, service: string])[] = [
  [/^aws_cloudwatch_event_/, "events"],
  [/^aws_cloudwatch_(log|query)_/, "logs"],
  [/^aws_route53_resolver_/, "route53resolver"],
  [/^aws_s3_directory_/, "s3express"],
  [/^aws_ssoadmin_/, "sso"],
  [/^aws_(db|docdb|neptune)_/, "rds"],
  [/^aws_efs_/, "elasticfilesystem"],
  [/^aws_lb_/, "elasticloadbalancing"],
  [/^aws_opensearch_/, "es"],
  [/^aws_sfn_/, "states"],
  [/^aws_(ebs|vpc|network|launch|key|nat)_/, "ec2"],
];

/** Second words of types that all are of the service with this name in IAM, apart from `OTHER_NAMES`. */
const OWN_NAMES =
  /^aws_(acm|athena|autoscaling|backup|batch|bedrock|budgets|cloudformation|cloudfront|cloudtrail|cloudwatch|codebuild|codepipeline|config|dax|dms|dynamodb|ec2|ecr|ecs|eks|elasticache|fsx|glue|guardduty|iam|imagebuilder|iot|kms|lakeformation|lambda|lightsail|macie2|memorydb|mq|organizations|pipes|ram|rds|redshift|route53|s3|sagemaker|scheduler|schemas|secretsmanager|securityhub|servicecatalog|shield|sns|sqs|ssm|transfer|wafv2|workspaces)_/;

const serviceOf = (type: string): string | undefined =>
  OTHER_NAMES.find(([pattern]) => pattern.test(type))?.[1] ?? OWN_NAMES.exec(type)?.[1];

const prefixOf = (action: string): string => action.split(":")[0] ?? action;

/** Whether a text is what a pattern of IAM says, in which `*` is any text and `?` one character. */
function matches(pattern: string, text: string): boolean {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`, "i").test(text);
}

function listed<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}
