import { Construct } from "constructs";
import { type EnvironmentStackSpec } from "../config/layout";
import { type Account, type Environment } from "../config/model";
import { accountNames, adminArns, roleArn } from "../config/naming";
import { ApplicationRoles } from "../modules/iam/application-roles";
import { DeploymentInstanceProfile } from "../modules/iam/deployment-instance-profile";
import { ImageRepository } from "../modules/image-repository";
import { PrivateBucket, type BucketAccess } from "../modules/private-bucket";
import { BaseStack } from "./base-stack";
import type { EstateSettings } from "./groups";
import {
  applicationRoleArns,
  crossAccountRoleName,
  masterRoleName,
  plannedAccounts,
} from "../config/resolve/environment";

/**
 * The application of an environment: its two roles, its buckets, its image repositories, and the instance profile of
 * machines that plan the environment.
 */
export class ApplicationStack extends BaseStack {
  /** By the names in the estate. */
  public readonly bucketArns: Readonly<Record<string, string>>;
  /** By the names in the estate. */
  public readonly repositoryUrls: Readonly<Record<string, string>>;

  constructor(scope: Construct, spec: EnvironmentStackSpec, estate: EstateSettings) {
    super(scope, spec, estate.solution);
    const { environment } = spec;
    const { application } = environment;
    const roles = application.makesRoles ? this.roles(environment) : undefined;
    const access: BucketAccess = {
      roleArns: applicationRoleArns(environment),
      adminArns: adminArns(environment.account),
      maintainerArns: maintainerArns(estate, environment.account),
      dependsOn: roles?.dependables,
    };
    const bucketArns: Record<string, string> = {};
    const repositoryUrls: Record<string, string> = {};
    const buckets = new Construct(this, "bucket");
    for (const { name, bucket, lifecycle } of application.buckets) {
      const preventDestroy = environment.production;
      const made = new PrivateBucket(buckets, name, { bucket, preventDestroy, access, lifecycle });
      bucketArns[name] = made.arn;
      this.output(`bucket-arn-${name}`, made.arn, `The bucket ${name}`);
    }
    const repositories = new Construct(this, "repository");
    for (const { name, repository } of application.repositories) {
      // An output's name cannot contain a slash or a dot. A repository's name never contains two hyphens in a row, so
      // `my.app` and `my/app` get different ids.
      const id = name.replaceAll("/", "--").replaceAll(".", "---");
      const made = new ImageRepository(repositories, id, { name: repository });
      repositoryUrls[name] = made.url;
      this.output(`repository-url-${id}`, made.url, `Where images of ${name} are pushed to`);
    }
    this.bucketArns = bucketArns;
    this.repositoryUrls = repositoryUrls;
    const profile = new DeploymentInstanceProfile(this, "deployment", {
      name: environment.deploymentRole,
      profileName: environment.existing?.profiles?.deployment,
      planRoleArns:
        estate.pipelines.length > 0
          ? plannedAccounts(environment).map(({ id }) => roleArn(id, accountNames.planRole(estate.solution)))
          : [],
    });
    this.output(
      "deployment-role-arn",
      profile.roleArn,
      "What a machine runs as from which the environment is planned; the instance profile's name is its own",
    );
  }

  private roles(environment: Environment): ApplicationRoles {
    const { application } = environment;
    const roles = new ApplicationRoles(this, "roles", {
      apiHandlerName: application.apiHandlerRole,
      workflowLoopRunnerName: application.workflowLoopRunnerRole,
      services: application.serviceTrust,
      assumableRoleArns: assumableRoleArns(environment),
      keepPolicies: environment.existing?.keepPolicies,
    });
    this.output("api-handler-role-arn", roles.apiHandlerArn, "What the application's API runs as");
    this.output(
      "workflow-loop-runner-role-arn",
      roles.workflowLoopRunnerArn,
      "What the application's background workflows run as",
    );
    return roles;
  }
}

function assumableRoleArns(environment: Environment): string[] {
  const { master, members } = environment;
  return [
    ...(master ? [roleArn(master.id, masterRoleName(environment))] : []),
    ...members.map(({ account }) => roleArn(account.id, crossAccountRoleName(environment))),
  ];
}

/**
 * ARNs that apply Terraform to the account, besides its admins: pipelines, the access role and the account's
 * maintainers.
 */
function maintainerArns(
  { pipelines, solution }: EstateSettings,
  { id, accessRoleArn, maintainers }: Account,
): string[] {
  return [
    ...(pipelines.length > 0 ? [roleArn(id, accountNames.pipelineRoles(solution))] : []),
    ...(accessRoleArn ? [accessRoleArn] : []),
    ...maintainers,
  ];
}
