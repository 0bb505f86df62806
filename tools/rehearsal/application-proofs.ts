import { GetInstanceProfileCommand, ListRolePoliciesCommand } from "@aws-sdk/client-iam";
import { GetBucketPolicyCommand, GetBucketVersioningCommand } from "@aws-sdk/client-s3";
import { type Environment } from "../../config/model";
import type { ClientsOf } from "./clients";
import { expectDefined, expectEqual, type Proof } from "./proof";
import { applicationRoleArns } from "../../config/resolve/environment";

interface BucketStatement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Principal: "*" | Readonly<Record<string, string | readonly string[]>>;
}

/** What must hold of what an environment's application runs as, and works with. */
export function applicationProofs(environment: Environment, clientsOf: ClientsOf): Proof[] {
  const { name, account, region, application, deploymentRole } = environment;
  const { iam, s3 } = clientsOf(account.id, region);
  const proof = (claim: string, check: () => Promise<void>): Proof => ({
    account: account.name,
    claim: `${name}: ${claim}`,
    check,
  });
  const roles = proof("the application's roles exist", async () => {
    for (const RoleName of [application.apiHandlerRole, application.workflowLoopRunnerRole])
      await iam.send(new ListRolePoliciesCommand({ RoleName }));
  });
  return [
    ...(application.makesRoles ? [roles] : []),
    proof(
      `its buckets exist and are versioned: ${application.buckets.map(({ bucket }) => bucket).join(", ")}`,
      async () => {
        for (const { bucket } of application.buckets) {
          const { Status } = await s3.send(new GetBucketVersioningCommand({ Bucket: bucket }));
          expectEqual(`versioning of ${bucket}`, Status, "Enabled");
        }
      },
    ),
    proof("its buckets let in nobody but the application's two roles", async () => {
      for (const { bucket } of application.buckets) {
        const { Policy } = await s3.send(new GetBucketPolicyCommand({ Bucket: bucket }));
        const { Statement } = JSON.parse(expectDefined(`policy of ${bucket}`, Policy)) as {
          Statement: BucketStatement[];
        };
        const allowed = Statement.filter(({ Effect }) => Effect === "Allow").map(({ Principal }) => Principal);
        const principals = allowed.flatMap((principal) =>
          principal === "*" ? principal : Object.values(principal).flat(),
        );
        expectEqual(
          `principals of ${bucket}`,
          [...new Set(principals)].sort(),
          applicationRoleArns(environment).sort(),
        );
        const denied = Statement.filter(({ Effect }) => Effect === "Deny").map(({ Sid }) => Sid);
        expectEqual(`denials of ${bucket}`, denied.sort(), [
          "NobodyElseListsObjects",
          "NobodyElseReachesObjects",
          "RefuseWhateverComesWithoutTls",
        ]);
      }
    }),
    proof(
      "a machine that deploys it has an instance profile, with Session Manager and no policy but for planning",
      async () => {
        const { InstanceProfile } = await iam.send(
          new GetInstanceProfileCommand({ InstanceProfileName: deploymentRole }),
        );
        expectEqual(
          "roles",
          InstanceProfile?.Roles?.map(({ RoleName }) => RoleName),
          [deploymentRole],
        );
        const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName: deploymentRole }));
        expectEqual(
          "inline policies but for planning",
          PolicyNames.filter((policy) => policy !== "plan"),
          [],
        );
      },
    ),
  ];
}
