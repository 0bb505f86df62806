import { Construct } from "constructs";
import { Role, trustPeople } from "./role";

export interface AdminProps {
  readonly name: string;
  /** ARNs of the users that may assume it, with MFA. Without any, nobody may. */
  readonly principalArns: readonly string[];
  /** Networks from which the role may be assumed. @default any */
  readonly sourceIps?: readonly string[];
  /** Regions whose STS endpoint may be called: those with an alarm. @default any */
  readonly regions?: readonly string[];
}

/** What Admin may do, as role and as permission set. */
export const ADMIN_ACCESS = { managedPolicies: { administrator: "arn:aws:iam::aws:policy/AdministratorAccess" } };

/**
 * The role with full access to the account, in sessions of one hour. It is for work that pipelines cannot do:
 * account-wide Terraform and maintenance of tenant databases.
 *
 * @example
 * new Admin(this, "admin", { name: "Admin", principalArns: ["arn:aws:iam::111111111111:user/platform-engineer"] });
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
      ...ADMIN_ACCESS,
    });
    this.roleArn = role.arn;
  }
}
