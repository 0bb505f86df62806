import { Construct } from "constructs";
import { ManagedInstanceProfile } from "./managed-instance-profile";

export interface DeploymentInstanceProfileProps {
  /** The name of the role and of its instance profile. */
  readonly name: string;
  /** The name of the instance profile. @default the role's */
  readonly profileName?: string;
  /** ARNs of the plan roles that it may assume, in any account. Each must list this role among its planners. */
  readonly planRoleArns: readonly string[];
}

/**
 * An instance profile for a machine that plans the estate. It has Session Manager, may assume the given plan roles, and
 * has no other permission in its account. It cannot apply: only pipelines can assume an apply role.
 */
export class DeploymentInstanceProfile extends Construct {
  public readonly roleArn: string;

  constructor(scope: Construct, id: string, props: DeploymentInstanceProfileProps) {
    super(scope, id);
    const { name, profileName, planRoleArns } = props;
    const plan = { sid: "AssumePlanRoles", actions: ["sts:AssumeRole"], resources: planRoleArns };
    const profile = new ManagedInstanceProfile(this, "profile", {
      name,
      profileName,
      description: "Machines from which the estate is planned",
      // AWS refuses a statement without resources.
      inlinePolicies: planRoleArns.length > 0 ? { plan: [plan] } : {},
    });
    this.roleArn = profile.roleArn;
  }
}
