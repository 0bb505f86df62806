import type { EstateFile } from "../../config/schema";

/**
 * What the shipped estate does not show: one account is master and main of two environments; a second main account is reached through a role;
 * environments in other regions, one of them newer than Terraform's own list; one without database and members; three zones; roles that
 * exist already; member accounts that two environments share; no repository, and so no pipeline roles.
 */
export const awkwardEstate: EstateFile = {
  solution: "raas-2",
  defaultRegion: "us-east-1",
  chargeCode: "WBS 12.34/56=7+8@9",
  accounts: {
    hub: {
      kind: "master",
      id: "100000000001",
      email: "hub@example.org",
      operators: [
        "arn:aws:iam::100000000001:role/aws-reserved/sso.amazonaws.com/us-east-1/people",
        "arn:aws:iam::999999999999:user/partner",
      ],
      admins: ["arn:aws:iam::100000000001:user/staff/lead+1@example.org"],
      sourceIps: ["203.0.113.0/24", "2001:db8::/32"],
      accessRole: "deploy",
      stateKey: true,
      region: "us-east-2",
      monthlyBudgetUsd: 0.5,
      serviceUsers: ["elastic-container-registry-user"],
    },
    side: {
      kind: "main",
      id: "200000000002",
      email: "side@example.org",
      operators: ["arn:aws:iam::100000000001:role/on-call"],
      admins: ["arn:aws:iam::100000000001:role/leads"],
      accessRole: "deploy",
      chargeCode: "side only",
      operatorSessionSeconds: 43200,
      monthlyBudgetUsd: 1234.56,
      stateKey: true,
    },
    lab: {
      kind: "member",
      membership: "created",
      id: "300000000003",
      email: "lab@example.org",
      operators: ["arn:aws:iam::100000000001:role/on-call"],
      admins: ["arn:aws:iam::100000000001:role/leads"],
      monthlyBudgetUsd: 1,
      region: "ap-southeast-6",
      serviceUsers: [],
    },
    guest: {
      kind: "member",
      membership: "invited",
      id: "400000000004",
      email: "guest@example.org",
      operators: ["arn:aws:iam::400000000004:user/someone"],
      admins: ["arn:aws:iam::400000000004:user/someone"],
      accessRole: "deploy",
      monthlyBudgetUsd: 1,
    },
  },
  environments: {
    // Its name ends as a stack's does, and is the beginning of another's.
    alpha: {
      account: "hub",
      region: "ap-southeast-6",
      production: true,
      profile: "hardened",
      externalId: "alpha:7/9=1@+,._-",
      chargeCode: "alpha",
      network: {
        cidrBlock: "172.16.0.0/16",
        zones: ["ap-southeast-6a", "ap-southeast-6b", "ap-southeast-6c"],
        publicSubnets: false,
        flowLogRetentionDays: 3653,
      },
      database: {
        allowedCidrBlocks: ["172.16.128.0/18", "192.0.2.4/32"],
        allowedSecurityGroupIds: ["sg-0a1b2c3d4e5f60718"],
        engineVersion: "16",
        instanceClass: "db.r6g.large",
        allocatedStorageGb: 400,
        backupRetentionDays: 35,
        customerManagedKey: true,
      },
      application: {
        existingRoles: { apiHandler: "existing.api", workflowLoopRunner: "existing+loop" },
        buckets: ["results", "raw-uploads"],
        repositories: ["team/worker.v2", "worker"],
      },
      members: {
        lab: { account: "lab", cidrBlock: "10.64.0.0/18", subnetCidrBlock: "10.64.1.0/26", mapPublicAddresses: true },
        guest: { account: "guest", vpcId: "vpc-0a1b2c3d4e5f60718", subnetId: "subnet-12345678" },
      },
    },
    "alpha-2": {
      account: "hub",
      profile: "documented",
      network: { zones: ["us-east-1c", "us-east-1f"], mapPublicAddresses: true, flowLogs: true },
    },
    beta: {
      account: "side",
      region: "eu-central-2",
      profile: "hardened",
      network: { cidrBlock: "192.168.0.0/24", zones: ["eu-central-2a", "eu-central-2b", "eu-central-2c"] },
      database: { deletionProtection: false, backupRetentionDays: 0 },
      application: { repositories: ["worker"], serviceTrust: ["ecs-tasks.amazonaws.com"] },
      members: { lab: { account: "lab" } },
    },
  },
  promotionOrder: ["beta", "alpha-2", "alpha"],
};
