import { Construct } from "constructs";
import { Role, trustPeople } from "./role";

export interface AdminProps {
  readonly name: string;
  /** ARNs of the users and roles that may assume it, with MFA. */
  readonly principalArns: readonly string[];
  /** Networks from which it may be assumed. @default any */
  readonly sourceIps?: readonly string[];
  /** Regions whose STS may be asked for it: those in which its use is heard. @default any */
  readonly regions?: readonly string[];
}

/**
 * Full access to the account, for an hour at a time, for what pipelines cannot do: account-wide Terraform and work on
 * tenant databases.
 */
export class Admin extends Construct {
  public readonly roleArn: string;

  constructor(scope: Construct, id: string, props: AdminProps) {
    super(scope, id);
    const { name, principalArns, sourceIps, regions } = props;
    const role = new Role(this, "role", {
      name,
      description:
        "Full access, for account-wide Terraform and maintenance of tenant databases; prefer a reviewed change",
      trust: [trustPeople(principalArns, { sourceIps, regions })],
      maxSessionSeconds: 3600,
      managedPolicies: { administrator: "arn:aws:iam::aws:policy/AdministratorAccess" },
    });
    this.roleArn = role.arn;
  }
}
