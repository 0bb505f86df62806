import { Construct } from "constructs";
import type { PolicyStatement } from "./policy-document";
import { ServiceUser, type ExistingUserProps } from "./service-user";

/** The permissions of `terraform-user`, exactly as in its source document: describe what an RDS import needs. */
const RDS_PERMISSIONS: PolicyStatement = {
  sid: "TerraformerRDSPermissions",
  actions: [
    "ec2:DescribeVpcAttribute",
    "ec2:DescribeVpcs",
    "ec2:DescribeRouteTables",
    "ec2:DescribeSubnets",
    "ec2:DescribeInternetGateways",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeNatGateways",
    "ec2:DescribeVpcEndpoints",
  ],
  resources: ["*"],
};

export interface TerraformUserProps {
  readonly name: string;
  /** For a user that exists. @default a new user */
  readonly existing?: ExistingUserProps;
}

/** The service user that reads network descriptions and nothing else. Its boundary equals its policy. */
export class TerraformUser extends Construct {
  public readonly userArn: string;

  constructor(scope: Construct, id: string, props: TerraformUserProps) {
    super(scope, id);
    const { name, existing } = props;
    const user = new ServiceUser(this, "user", {
      name,
      existing,
      statements: [RDS_PERMISSIONS],
      boundary: [RDS_PERMISSIONS],
    });
    this.userArn = user.userArn;
  }
}
