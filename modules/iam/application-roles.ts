import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { PolicyStatement } from "./policy-document";
import { Role, trustServices } from "./role";

export interface ApplicationRolesProps {
  readonly apiHandlerName: string;
  readonly workflowLoopRunnerName: string;
  /** Service principals that may assume both roles, for example `lambda.amazonaws.com`. */
  readonly services: readonly string[];
  /** ARNs of the only roles that both may assume: the environment's Master role and its members' execution roles. */
  readonly assumableRoleArns: readonly string[];
  /** ARNs of managed policies that somebody attached, and that the role keeps. @default none */
  readonly keepPolicies?: { readonly apiHandler?: readonly string[]; readonly workflowLoopRunner?: readonly string[] };
}

/** The roles `ApiHandler` of the application's API and `WorkflowLoopRunner` of its background workflows. */
export class ApplicationRoles extends Construct {
  public readonly apiHandlerArn: string;
  public readonly workflowLoopRunnerArn: string;
  /** For resources that must be created after the roles, such as a policy that names them. */
  public readonly dependables: readonly ITerraformDependable[];

  constructor(scope: Construct, id: string, props: ApplicationRolesProps) {
    super(scope, id);
    const { apiHandlerName, workflowLoopRunnerName, services, assumableRoleArns, keepPolicies } = props;
    const assume: readonly PolicyStatement[] = [
      { sid: "AssumeTheRolesOfThisEnvironment", actions: ["sts:AssumeRole"], resources: assumableRoleArns },
    ];
    const role = (roleId: string, name: string, description: string, kept?: readonly string[]) =>
      new Role(this, roleId, {
        name,
        description,
        keepPolicies: kept,
        trust: [trustServices(services)],
        inlinePolicies: assumableRoleArns.length > 0 ? { "assume-environment-roles": assume } : {},
      });
    const apiHandler = role(
      "api-handler",
      apiHandlerName,
      "The application's API runs as this",
      keepPolicies?.apiHandler,
    );
    const workflowLoopRunner = role(
      "workflow-loop-runner",
      workflowLoopRunnerName,
      "The application's background workflows run as this",
      keepPolicies?.workflowLoopRunner,
    );
    this.apiHandlerArn = apiHandler.arn;
    this.workflowLoopRunnerArn = workflowLoopRunner.arn;
    this.dependables = [apiHandler.dependable, workflowLoopRunner.dependable];
  }
}
