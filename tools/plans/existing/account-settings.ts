import { listOf, objectOf, type JsonObject } from "../../support/json";
import { statusOf } from "../../terraform/aws/aws-problem";
import { disabledServices } from "./trusted-services";
import { refused, replaced, replacedValues, unlessMissing, type Found, type Look, type Looks } from "./look";

/** What an account or its organization has once. */
export const ACCOUNT_LOOKS: Looks = {
  aws_account_alternate_contact: contactOf,
  aws_cloudtrail: trailOf,
  aws_organizations_organization: organizationOf,
  aws_s3_account_public_access_block: publicAccessBlockOf,
};

/** What a change of these resources would end, although it is in use. */
export const CHANGE_LOOKS: Looks = {
  aws_cloudtrail: ({ before, planned }) => Promise.resolve(movedBucket(before, planned)),
  aws_organizations_organization: disabledServices,
};

/** The trail's log files would be in two buckets, and the first would no longer be managed. */
function movedBucket({ s3_bucket_name: was }: JsonObject, { s3_bucket_name: will }: JsonObject): Found {
  // An unknown name is that of a bucket that the plan creates.
  if (was === will) return undefined;
  return refused(
    `its log files are in the bucket ${String(was)}, and would be written to ${typeof will === "string" ? will : "a new one"}. A trail keeps its bucket: restore organization.trailAccount, the solution and the account's id.`,
  );
}

const CONTACT: Readonly<Record<string, string>> = {
  name: "Name",
  title: "Title",
  email_address: "EmailAddress",
  phone_number: "PhoneNumber",
};

async function contactOf({ call, planned }: Look): Promise<Found> {
  const type = String(planned["alternate_contact_type"]);
  const answer = await unlessMissing(
    call("account", { path: "/getAlternateContact", input: { AlternateContactType: type } }),
  );
  const present = objectOf(answer?.["AlternateContact"]);
  return replacedValues(
    `the ${type.toLowerCase()} contact of the account`,
    Object.entries(CONTACT).map(([attribute, key]) => ({ attribute, was: present[key], will: planned[attribute] })),
  );
}

const BLOCKED: Readonly<
  Record<string, "BlockPublicAcls" | "BlockPublicPolicy" | "IgnorePublicAcls" | "RestrictPublicBuckets">
> = {
  block_public_acls: "BlockPublicAcls",
  block_public_policy: "BlockPublicPolicy",
  ignore_public_acls: "IgnorePublicAcls",
  restrict_public_buckets: "RestrictPublicBuckets",
};

/** An account that somebody has opened may have public buckets, which the plan closes. */
async function publicAccessBlockOf({ s3control, accountId, planned }: Look): Promise<Found> {
  const { GetPublicAccessBlockCommand } = await import("@aws-sdk/client-s3-control");
  const client = await s3control();
  const answer = await unlessMissing(client.send(new GetPublicAccessBlockCommand({ AccountId: accountId })));
  const present = answer?.PublicAccessBlockConfiguration;
  if (!present) return undefined;
  const values = Object.entries(BLOCKED).map(([attribute, key]) => ({ attribute, was: present[key], will: planned[attribute] })); // prettier-ignore
  return replacedValues("the account's block of public access to S3", values);
}

/** CreateOrganization fails in an account that has an organization or is a member of one. */
async function organizationOf({ call, accountId }: Look): Promise<Found> {
  const { Organization } = await call("organizations", {
    target: "AWSOrganizationsV20161128.DescribeOrganization",
    input: {},
  }).catch((error: unknown): JsonObject => {
    if (error instanceof Error && error.name === "AWSOrganizationsNotInUseException") return {};
    throw error;
  });
  const { Id: id, MasterAccountId: managedBy } = objectOf(Organization) as Readonly<Record<string, string | undefined>>;
  if (id === undefined) return undefined;
  return refused(
    managedBy === accountId
      ? `the account has the organization ${id} already, and AWS creates no second one. Set organization.existing: true, which reads it (docs/organization.md, "An organization that exists").`
      : `the account is a member of the organization ${id}, which the account ${managedBy} manages, and AWS creates none in a member. Remove organization from the estate, or take the account out of that organization.`,
  );
}

/** CreateTrail refuses a name that the account has in the region. A second trail of an organization is billed. */
async function trailOf(look: Look): Promise<Found> {
  const { call, region, accountId, planned } = look;
  const { trailList } = await call("cloudtrail", { target: "CloudTrail_20131101.DescribeTrails", input: {} });
  const trails = listOf(trailList).map(objectOf);
  const own = trails.find(({ TrailARN: arn }) => arn === `arn:aws:cloudtrail:${region}:${accountId}:trail/${String(planned["name"])}`); // prettier-ignore
  if (own)
    return refused(
      `the account has the trail ${String(own["Name"])} in ${region} already, with the bucket ${String(own["S3BucketName"])}, and AWS does not create it twice. Adopt it (docs/applying.md, "What exists already"), or delete it and keep its bucket.`,
    );
  const early = await missingBucket(look);
  if (early) return early;
  const other = trails.find(({ IsOrganizationTrail: isOfOrganization }) => isOfOrganization === true);
  if (!other || planned["is_organization_trail"] !== true) return undefined;
  return replaced(
    `the organization has the trail ${String(other["Name"])} in ${String(other["HomeRegion"])} already, with the bucket ${String(other["S3BucketName"])}, and AWS charges for a second copy of its events. That trail stays: delete it once this one records, or set organization.trail: false`,
  );
}

/** "S3BucketDoesNotExistException" (CreateTrail): a stack of the security account creates the bucket of the organization's trail. */
async function missingBucket({ s3, planned, createdBuckets }: Look): Promise<Found> {
  const bucket = planned["s3_bucket_name"];
  // An unknown name is that of a bucket that the plan creates.
  if (typeof bucket !== "string" || createdBuckets.has(bucket)) return undefined;
  const { HeadBucketCommand } = await import("@aws-sdk/client-s3");
  const client = await s3();
  try {
    await client.send(new HeadBucketCommand({ Bucket: bucket }));
  } catch (error) {
    const status = statusOf(error);
    if (status === 404)
      return refused(
        `its bucket ${bucket} does not exist yet. Bootstrap the account of organization.trailAccount, apply its stack <account>-trail-bucket, and plan again (docs/organization.md, "The bucket of the trail").`,
      );
    // The bucket exists in another account, or in another region.
    if (status !== 403 && status !== 301) throw error;
  }
  return undefined;
}
