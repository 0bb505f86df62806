import { Construct } from "constructs";
import { type EnvironmentStackSpec } from "../config/layout";
import type { Environment, Estate } from "../config/model";
import { environmentNames, roleArn } from "../config/naming";
import { ApplicationRoles } from "../modules/iam/application-roles";
import { ImageRepository } from "../modules/image-repository";
import { PrivateBucket } from "../modules/private-bucket";
import { BaseStack } from "./base-stack";

/** What an environment's application runs as and works with: its two roles, its buckets and its image repositories. */
export class ApplicationStack extends BaseStack {
  constructor(scope: Construct, spec: EnvironmentStackSpec, estate: Estate) {
    super(scope, spec, estate.solution);
    const { environment } = spec;
    const { application } = environment;
    if (application.makesRoles) {
      const roles = new ApplicationRoles(this, "roles", {
        apiHandlerName: application.apiHandlerRole,
        workflowLoopRunnerName: application.workflowLoopRunnerRole,
        services: application.serviceTrust,
        assumableRoleArns: assumableRoleArns(environment),
      });
      this.output("api-handler-role-arn", roles.apiHandlerArn, "What the application's API runs as");
      this.output("workflow-loop-runner-role-arn", roles.workflowLoopRunnerArn, "What the application's background workflows run as");
    }
    const buckets = new Construct(this, "bucket");
    for (const { name, bucket } of application.buckets) {
      const made = new PrivateBucket(buckets, name, { bucket, preventDestroy: environment.production });
      this.output(`bucket-arn-${name}`, made.arn, `The bucket ${name}`);
    }
    const repositories = new Construct(this, "repository");
    for (const { name, repository } of application.repositories) {
      // An output's name has no slash and no dot. No repository's name holds two hyphens in a row, so that `my.app` and `my/app` stay two.
      const id = name.replaceAll("/", "--").replaceAll(".", "---");
      const made = new ImageRepository(repositories, id, { name: repository });
      this.output(`repository-url-${id}`, made.url, `Where images of ${name} are pushed to`);
    }
  }
}

function assumableRoleArns({ namespace, master, members }: Environment): string[] {
  return [
    ...(master ? [roleArn(master.id, environmentNames.masterRole(namespace))] : []),
    ...members.map(({ account }) => roleArn(account.id, environmentNames.crossAccountRole(namespace))),
  ];
}
