import { IamInstanceProfile } from "@cdktf/provider-aws/lib/iam-instance-profile";
import { Construct } from "constructs";
import { Role } from "./role";
import { trustServices } from "./trust";

export interface ManagedInstanceProfileProps {
  /** The name of the role and of its instance profile. */
  readonly name: string;
}

/** An instance profile with Session Manager and nothing else, so that no machine on EC2 needs a key or an open port. */
export class ManagedInstanceProfile extends Construct {
  public readonly roleArn: string;

  constructor(scope: Construct, id: string, props: ManagedInstanceProfileProps) {
    super(scope, id);
    const { name } = props;
    const role = new Role(this, "role", {
      name,
      description: "Machines on EC2: Session Manager only",
      trust: [trustServices(["ec2.amazonaws.com"])],
      managedPolicies: { "session-manager": "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore" },
    });
    new IamInstanceProfile(this, "profile", { name, role: role.name });
    this.roleArn = role.arn;
  }
}
