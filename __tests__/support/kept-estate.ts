import exampleFile from "../../config/example";
import type { Estate } from "../../config/model";
import type { EstateFile } from "../../config/schema";
import { found, smallWith } from "./estates";

type KeptInEnvironment = NonNullable<EstateFile["environments"][string]["existing"]>;

const READ_ONLY = "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess";

/** Every key of `existing` in an account. */
const KEPT_IN_ACCOUNT: NonNullable<EstateFile["accounts"][string]["existing"]> = {
  "terraform-user": { user: "people/terraform", policy: "TerraformerRDSPermissions", keepPolicies: [READ_ONLY] },
  "elastic-container-registry-user": { user: "registry", policy: "team/Registry", keepPolicies: [READ_ONLY] },
};

const KEPT_DATABASE: NonNullable<KeptInEnvironment["database"]> = {
  identifier: "studies",
  databaseName: false,
  masterUsername: "Dagster",
  managedPassword: false,
  encrypted: false,
  storageType: "gp2",
  publiclyAccessible: true,
  publicSubnets: true,
  subnetGroup: "default-vpc-0a1b2c3d4e5f60718",
  parameterGroup: { name: "studies-17", description: "Studies ${x}" },
  ownSecurityGroup: { name: "Studies", description: "Created from the RDS console" },
  replica: "studies-reader",
};

/** Every key of `existing` in an environment. */
const KEPT_IN_CI: KeptInEnvironment = {
  network: {
    publicSubnets: [{ zone: "eu-west-1c", cidrBlock: "10.0.4.0/24" }],
    privateSubnets: [
      { zone: "eu-west-1a", cidrBlock: "10.0.5.0/25" },
      { zone: "eu-west-1c", cidrBlock: "10.0.6.0/24" },
    ],
  },
  database: KEPT_DATABASE,
  databases: {
    reports: {
      ...KEPT_DATABASE,
      ...{ identifier: "reports", replica: "reports-reader", subnetGroup: "reports" },
      parameterGroup: { name: "reports-17", description: "Reports" },
      ownSecurityGroup: { name: "Reports", description: "Reports" },
    },
  },
  securityGroups: { default: "Everything", web: "WebServers" },
  buckets: { studydata: "example-studies", results: "example-results" },
  repositories: { dagster: "dagster" },
  roles: {
    apiHandler: "team/Api",
    workflowLoopRunner: "Workflows",
    deployment: "Deployment",
    masterRole: "team/CreatesAccounts",
    crossAccountRole: "team/Analytics",
    flowLogs: "vpc/FlowLogs",
  },
  keepPolicies: {
    apiHandler: [READ_ONLY],
    workflowLoopRunner: [READ_ONLY],
    masterRole: [READ_ONLY],
    crossAccountRole: [READ_ONLY],
  },
  profiles: { deployment: "DeploymentProfile" },
};

/** A small estate with a member, a group and a bucket of its own. */
const withMember = (
  change: (environment: EstateFile["environments"][string], account: EstateFile["accounts"][string]) => void,
): Estate =>
  smallWith((file) => {
    const account = found(file.accounts, "ci");
    const { operators, admins } = account;
    file.accounts["lab"] = { ...found(exampleFile.accounts, "dev-analytics"), operators, admins };
    const environment = found(file.environments, "ci");
    Object.assign(environment, {
      profile: "hardened",
      securityGroups: { web: { work: "application", ingress: [{ port: 443, cidrBlock: "10.0.0.0/20" }] } },
      application: { buckets: ["results"], repositories: ["dagster"] },
      members: { lab: { account: "lab", flowLogs: true } },
      databases: { reports: { deletionProtection: false } },
      network: { flowLogs: true },
    });
    change(environment, account);
  });

let kept: Estate | undefined;
let standard: Estate | undefined;

/** An estate in which every resource that has an `existing` key keeps what it is. */
export function keepingEverything(): Estate {
  return (kept ??= withMember((environment, account) => {
    environment.existing = KEPT_IN_CI;
    // RDS manages no password of an instance with a replica.
    environment.database = { ...environment.database, replica: {} };
    environment.databases = { reports: { ...environment.databases?.["reports"], replica: { zone: "eu-west-1c" } } };
    account.existing = KEPT_IN_ACCOUNT;
  }));
}

/** The same estate without these keys. */
export function keepingNothing(): Estate {
  return (standard ??= withMember(() => undefined));
}
