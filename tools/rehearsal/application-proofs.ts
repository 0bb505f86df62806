import { GetInstanceProfileCommand, ListRolePoliciesCommand } from "@aws-sdk/client-iam";
import { GetBucketPolicyCommand, GetBucketVersioningCommand } from "@aws-sdk/client-s3";
import { type Environment } from "../../config/model";
import { distinct } from "../support/order";
import type { ClientsOf } from "./clients";
import { expectDefined, expectEqual, type Proof } from "./proof";
import { applicationRoleArns } from "../../config/resolve/environment";

interface BucketStatement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Principal: "*" | Readonly<Record<string, string | readonly string[]>>;
}

/** The proofs of an environment's application: its roles, its buckets and its deployment machine. */
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
  const bucketNames = application.buckets.map(({ bucket }) => bucket);
  const versioned = proof(`its buckets exist and are versioned: ${bucketNames.join(", ")}`, async () => {
    for (const bucket of bucketNames) {
      const { Status } = await s3.send(new GetBucketVersioningCommand({ Bucket: bucket }));
      expectEqual(`versioning of ${bucket}`, Status, "Enabled");
    }
  });
  const access = proof("only the application's two roles may access its buckets", async () => {
    for (const bucket of bucketNames) {
      const { Policy } = await s3.send(new GetBucketPolicyCommand({ Bucket: bucket }));
      expectAccess(bucket, expectDefined(`policy of ${bucket}`, Policy), applicationRoleArns(environment));
    }
  });
  const machine = proof(
    "the instance profile of its deployment machine has Session Manager and no policy except for planning",
    async () => {
      const { InstanceProfile } = await iam.send(
        new GetInstanceProfileCommand({ InstanceProfileName: deploymentRole }),
      );
      const roleNames = InstanceProfile?.Roles?.map(({ RoleName }) => RoleName);
      expectEqual("roles", roleNames, [deploymentRole]);
      const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName: deploymentRole }));
      const others = PolicyNames.filter((policy) => policy !== "plan");
      expectEqual("inline policies except for planning", others, []);
    },
  );
  return [...(application.makesRoles ? [roles] : []), versioned, access, machine];
}

function expectAccess(bucket: string, policy: string, roleArns: readonly string[]): void {
  const { Statement } = JSON.parse(policy) as { Statement: BucketStatement[] };
  const allowed = Statement.filter(({ Effect }) => Effect === "Allow").map(({ Principal }) => Principal);
  const principals = allowed.flatMap((principal) => (principal === "*" ? principal : Object.values(principal).flat()));
  expectEqual(`principals of ${bucket}`, distinct(principals), distinct(roleArns));
  const denied = Statement.filter(({ Effect }) => Effect === "Deny").map(({ Sid }) => Sid);
  expectEqual(`denials of ${bucket}`, denied.sort(), [
    "NobodyElseListsObjects",
    "NobodyElseReachesObjects",
    "RefuseWhateverComesWithoutTls",
  ]);
}
