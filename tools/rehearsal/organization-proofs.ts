import { DescribeTrailsCommand, GetTrailStatusCommand } from "@aws-sdk/client-cloudtrail";
import {
  DescribeOrganizationCommand,
  ListAccountsForParentCommand,
  ListOrganizationalUnitsForParentCommand,
  ListPoliciesForTargetCommand,
  ListRootsCommand,
} from "@aws-sdk/client-organizations";
import { GetObjectLockConfigurationCommand } from "@aws-sdk/client-s3";
import type { Account, Estate } from "../../config/model";
import type { OrganizationTrailConfig, TrailConfig } from "../../config/organization-model";
import { OWN_UNITS } from "../../config/naming";
import type { Clients, ClientsOf } from "./clients";
import { expectDefined, expectEqual, type Proof } from "./proof";
import { masterOf } from "../../config/resolve/account";

/** The proof of a trail: it records all regions, and its log files are locked. */
export function trailProof(
  { name: account }: Account,
  { name, bucket, lockDays }: TrailConfig,
  ofOrganization: boolean,
  clients: Clients,
): Proof {
  const { cloudtrail, s3 } = clients;
  return {
    account,
    claim: `the trail ${name} records ${ofOrganization ? "all accounts of the organization" : "the account"} in every region, into a bucket locked for ${lockDays} days`,
    check: async () => {
      const { trailList: [trail] = [] } = await cloudtrail.send(new DescribeTrailsCommand({ trailNameList: [name] }));
      expectEqual("bucket", trail?.S3BucketName, bucket);
      expectEqual(
        "all regions, whole organization",
        [trail?.IsMultiRegionTrail, trail?.IsOrganizationTrail],
        [true, ofOrganization],
      );
      const { IsLogging } = await cloudtrail.send(new GetTrailStatusCommand({ Name: name }));
      expectEqual("recording", IsLogging, true);
      const { ObjectLockConfiguration: lock } = await s3.send(
        new GetObjectLockConfigurationCommand({ Bucket: bucket }),
      );
      expectEqual("lock", [lock?.ObjectLockEnabled, lock?.Rule?.DefaultRetention?.Days], ["Enabled", lockDays]);
    },
  };
}

/** The bucket may be in another account than the trail. */
const withBucketOf = ({ bucketIn }: OrganizationTrailConfig, clients: Clients, clientsOf: ClientsOf): Clients =>
  bucketIn ? { ...clients, s3: clientsOf(bucketIn.accountId, bucketIn.region).s3 } : clients;

/** The proofs of the organization, from the master account. */
export function organizationProofs(estate: Estate, clientsOf: ClientsOf): Proof[] {
  const { organization } = estate;
  const master = masterOf(estate);
  if (!organization || !master) return [];
  const clients = clientsOf(master.id, master.region);
  const { organizations } = clients;
  const rootId = async () => (await organizations.send(new ListRootsCommand({}))).Roots?.[0]?.Id;
  const unitsOf = async (ParentId: string | undefined) =>
    (await organizations.send(new ListOrganizationalUnitsForParentCommand({ ParentId }))).OrganizationalUnits ?? [];
  const policiesOn = async (TargetId: string | undefined) => {
    const { Policies = [] } = await organizations.send(
      new ListPoliciesForTargetCommand({ TargetId, Filter: "SERVICE_CONTROL_POLICY" }),
    );
    const names = Policies.map(({ Name }) => expectDefined("name of a policy", Name));
    return names
      .filter((name) => name !== "FullAWSAccess")
      .sort()
      .map((name) => name.replace(/.*-/, ""));
  };
  const proof = (claim: string, check: () => Promise<void>): Proof => ({ account: master.name, claim, check });
  const { existing, units, trail } = organization;
  const members = organization.members.filter(({ roleName }) => roleName !== undefined); // see makeEverythingNew
  const names = [...units, ...OWN_UNITS];
  return [
    proof(`the organization has all features, and the units ${names.join(", ")}`, async () => {
      const { Organization } = await organizations.send(new DescribeOrganizationCommand({}));
      expectEqual("features", Organization?.FeatureSet, "ALL");
      const found = (await unitsOf(await rootId())).map(({ Name }) => Name);
      expectEqual("units", found.sort(), [...names].sort());
    }),
    proof(
      members.length > 0
        ? `each member account is in the unit of its environment and has the id in the estate: ${members.map(({ name }) => name).join(", ")}`
        : "no member account is in the organization",
      async () => {
        const root = await rootId();
        const parents = [{ Id: root, Name: undefined }, ...(await unitsOf(root))];
        const found: unknown[] = [];
        for (const { Id: ParentId, Name: unit } of parents) {
          const { Accounts = [] } = await organizations.send(new ListAccountsForParentCommand({ ParentId }));
          for (const { Name: name, Id: id } of Accounts)
            if (id !== master.id) found.push([name, unit, members.find((m) => m.name === name)?.id && id]);
        }
        expectEqual("members", found.sort(), members.map(({ name, unit, id }) => [name, unit, id]).sort());
      },
    ),
    proof(
      `service control policies apply to ${existing ? "each unit of the estate" : "the whole organization"}, and deny everything in Suspended`,
      async () => {
        const root = await rootId();
        const bound = existing ? (await unitsOf(root)).filter(({ Name }) => Name !== "Suspended") : [{ Id: root }];
        for (const { Id } of bound) expectEqual("policies", await policiesOn(Id), ["guardrails", "regions"]);
        const suspended = (await unitsOf(root)).find(({ Name }) => Name === "Suspended");
        expectEqual("policies of Suspended", await policiesOn(suspended?.Id), ["suspended"]);
      },
    ),
    ...(trail ? [trailProof(master, trail, true, withBucketOf(trail, clients, clientsOf))] : []),
  ];
}
