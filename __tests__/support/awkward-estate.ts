import type { EstateFile } from "../../config/schema";

/**
 * Features that the shipped estate does not use: one account is master and main of two environments; a second main
 * account is accessed through a role; environments in other regions, one of them newer than Terraform's own list; one
 * without database and members; three zones; existing roles; member accounts that two environments share; no
 * repository, and so no pipeline roles; further tiers of subnets and databases; an existing organization, with a member that AWS has not created yet and one
 * that is retired; GuardDuty, Security Hub and AWS Config; the organization's trail in a
 * security account, in another region than the trail, with a key; security groups with every kind of rule.
 */
export const awkwardEstate: EstateFile = {
  solution: "raas-2",
  defaultRegion: "us-east-1",
  chargeCode: "WBS 12.34/56=7+8@9",
  organization: {
    existing: true,
    trailAccount: "watch",
    allowedRegions: ["us-east-1", "eu-central-2", "ap-southeast-6"],
  },
  accounts: {
    hub: {
      kind: "master",
      id: "100000000001",
      email: "hub@example.org",
      operators: ["arn:aws:iam::100000000001:user/people/eu/on.call_2", "arn:aws:iam::999999999999:user/partner"],
      admins: ["arn:aws:iam::100000000001:user/staff/lead+1@example.org"],
      sourceIps: ["203.0.113.0/24", "2001:db8::/32"],
      accessRole: "deploy",
      stateKey: true,
      region: "us-east-2",
      monthlyBudgetUsd: 0.5,
      trailLockDays: 36500,
      alarmEmails: ["on-call@example.org", "security+alarm@example.org"],
      serviceUsers: ["elastic-container-registry-user"],
    },
    side: {
      kind: "main",
      id: "200000000002",
      email: "side@example.org",
      operators: ["arn:aws:iam::100000000001:user/on-call"],
      admins: ["arn:aws:iam::100000000001:user/leads"],
      accessRole: "deploy",
      chargeCode: "side only",
      operatorSessionSeconds: 43200,
      monthlyBudgetUsd: 1234.56,
      trail: false,
      stateKey: true,
    },
    lab: {
      kind: "member",
      membership: "created",
      id: "300000000003",
      email: "lab@example.org",
      operators: ["arn:aws:iam::100000000001:user/on-call"],
      admins: ["arn:aws:iam::100000000001:user/leads"],
      monthlyBudgetUsd: 1,
      accessRole: "made-by-organization",
      trail: true,
      trailLockDays: 1,
      guardDuty: true,
      securityHub: true,
      configRecorder: true,
      region: "ap-southeast-6",
      serviceUsers: [],
    },
    watch: {
      kind: "security",
      membership: "created",
      id: "600000000006",
      email: "watch@example.org",
      trailKey: true,
      operators: ["arn:aws:iam::100000000001:user/on-call"],
      admins: ["arn:aws:iam::100000000001:user/leads"],
      monthlyBudgetUsd: 1,
    },
    // AWS has not created it yet.
    fresh: {
      kind: "member",
      membership: "created",
      email: "fresh@example.org",
      operators: ["arn:aws:iam::100000000001:user/on-call"],
      admins: ["arn:aws:iam::100000000001:user/leads"],
      accessRole: "made-by-organization",
      monthlyBudgetUsd: 1,
    },
    // Terraform removes it from the state. Its region is no longer allowed.
    former: {
      kind: "member",
      membership: "created",
      retired: true,
      id: "500000000005",
      email: "former@example.org",
      operators: ["arn:aws:iam::100000000001:user/on-call"],
      admins: ["arn:aws:iam::100000000001:user/leads"],
      monthlyBudgetUsd: 1,
      region: "us-west-2",
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
    // Its name ends like a stack's name, and is a prefix of another name.
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
        tiers: {
          analytics: { prefixLength: 22 },
          data: { cidrBlocks: ["172.16.64.0/26", "172.16.64.64/26", "172.16.64.128/26"] },
        },
        flowLogRetentionDays: 3653,
      },
      securityGroups: {
        web: {
          work: "application",
          description: "Web servers: HTTP/3, and ping",
          chargeCodes: ["WBS 1/2", "WBS 3/4", "WBS 5+6=7"],
          ingress: [
            { protocol: "udp", port: 443, cidrBlock: "8.0.0.0/8", approval: "OIS #77 (web & HTTP/3)" },
            { protocol: "icmp", cidrBlock: "172.16.0.0/16" },
            { port: 0, toPort: 65535, group: "default" },
          ],
          egress: [
            { port: 8000, toPort: 8100, group: "batch" },
            { port: 5432, group: "sg-0a1b2c3d4e5f60718" },
          ],
        },
        batch: {
          work: "computation",
          ingress: [
            { port: 8000, toPort: 8100, group: "web" },
            { protocol: "all", group: "batch" },
            { protocol: "all", group: "sg-12345678" },
          ],
          egress: [{ protocol: "all", cidrBlock: "0.0.0.0/0" }],
        },
        // Not first, although it is created first.
        default: {
          description: "Support",
          chargeCode: "support",
          ingress: [{ protocol: "icmp", group: "default" }],
          egress: [{ protocol: "udp", port: 123, cidrBlock: "169.254.169.123/32" }],
        },
      },
      database: {
        allowedCidrBlocks: ["172.16.128.0/18", "192.0.2.4/32"],
        allowedSecurityGroupIds: ["sg-0a1b2c3d4e5f60718"],
        allowedSecurityGroups: ["batch", "default"],
        engineVersion: "16",
        instanceClass: "db.r6g.large",
        allocatedStorageGb: 400,
        backupRetentionDays: 35,
        customerManagedKey: true,
      },
      databases: {
        reports: {
          engineVersion: "18",
          tier: "data",
          parameters: { work_mem: "65536", "rds.logical_replication": "1" },
        },
      },
      application: {
        existingRoles: { apiHandler: "existing.api", workflowLoopRunner: "existing+loop" },
        buckets: ["results", "raw-uploads"],
        bucketSettings: {
          studydata: { oldVersionDays: 400 },
          results: { archive: { days: 30, storageClass: "STANDARD_IA" }, expirationDays: 31 },
        },
        repositories: ["team/worker.v2", "worker"],
      },
      members: {
        lab: {
          account: "lab",
          cidrBlock: "10.64.0.0/18",
          subnetCidrBlock: "10.64.1.0/26",
          mapPublicAddresses: true,
          endpoints: ["elasticmapreduce"],
        },
        guest: { account: "guest", vpcId: "vpc-0a1b2c3d4e5f60718", subnetId: "subnet-12345678" },
      },
    },
    "alpha-2": {
      account: "hub",
      profile: "documented",
      network: { zones: ["us-east-1c", "us-east-1f"], mapPublicAddresses: true, flowLogs: true },
      // No rules: other tests cover the check that rules reach production last.
      securityGroups: {
        web: { work: "application" },
        database: { work: "application", chargeCode: "no database so free" },
      },
    },
    beta: {
      account: "side",
      region: "eu-central-2",
      profile: "hardened",
      network: { cidrBlock: "192.168.0.0/24", zones: ["eu-central-2a", "eu-central-2b", "eu-central-2c"] },
      database: { deletionProtection: false, backupRetentionDays: 0, defaultSecurityGroup: false },
      application: { repositories: ["worker"], serviceTrust: ["ecs-tasks.amazonaws.com"] },
      members: { lab: { account: "lab" }, fresh: { account: "fresh", cidrBlock: "10.1.0.0/16" } },
    },
  },
  promotionOrder: ["beta", "alpha-2", "alpha"],
};
