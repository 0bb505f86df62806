import { Construct } from "constructs";
import { ManagedInstanceProfile } from "./managed-instance-profile";

export interface DeploymentInstanceProfileProps {
  /** The name of the role and of its instance profile. */
  readonly name: string;
  /** ARNs of the plan roles that it may assume, of other accounts too; each must name it among its planners. */
  readonly planRoleArns: readonly string[];
}

/**
 * An instance profile for a machine from which the estate is deployed: it reaches Session Manager and the given plan
 * roles, and is nothing in its own account. So it can show what would change; what changes it is an apply role, which
 * pipelines alone can assume.
 */
export class DeploymentInstanceProfile extends Construct {
  public readonly roleArn: string;

  constructor(scope: Construct, id: string, props: DeploymentInstanceProfileProps) {
    super(scope, id);
    const { name, planRoleArns } = props;
    const plan = { sid: "AssumePlanRoles", actions: ["sts:AssumeRole"], resources: planRoleArns };
    const profile = new ManagedInstanceProfile(this, "profile", {
      name,
      description: "Machines from which the estate is planned",
      // AWS refuses a statement without resources.
      inlinePolicies: planRoleArns.length > 0 ? { plan: [plan] } : {},
    });
    this.roleArn = profile.roleArn;
  }
}
