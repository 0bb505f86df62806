import { IamInstanceProfile } from "@cdktf/provider-aws/lib/iam-instance-profile";
import { Construct } from "constructs";
import { Role, type RoleProps, trustServices } from "./role";

export interface ManagedInstanceProfileProps {
  /** The name of the role and of its instance profile. */
  readonly name: string;
  /** The name of the instance profile. @default the role's */
  readonly profileName?: string;
  /** The role's description. @default "Machines on EC2: Session Manager only" */
  readonly description?: string;
  /** Further inline policies, by name. @default none */
  readonly inlinePolicies?: RoleProps["inlinePolicies"];
}

/**
 * An instance profile with Session Manager and the given policies only. A machine on EC2 needs no SSH key and no open
 * port.
 */
export class ManagedInstanceProfile extends Construct {
  public readonly roleArn: string;

  constructor(scope: Construct, id: string, props: ManagedInstanceProfileProps) {
    super(scope, id);
    const { name, profileName, description = "Machines on EC2: Session Manager only", inlinePolicies } = props;
    const role = new Role(this, "role", {
      name,
      description,
      trust: [trustServices(["ec2.amazonaws.com"])],
      inlinePolicies,
      managedPolicies: { "session-manager": "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore" },
    });
    new IamInstanceProfile(this, "profile", {
      name: profileName ?? name.slice(name.lastIndexOf("/") + 1),
      role: role.name,
    });
    this.roleArn = role.arn;
  }
}
