import type { JsonObject } from "../../../../tools/support/json";
import { ACCOUNT_LOOKS } from "../../../../tools/plans/existing/account-settings";
import type { Found } from "../../../../tools/plans/existing/look";
import type { SignedCall } from "../../../../tools/terraform/aws/signed-call";

const ACCOUNT = "111111111111";

function lookAt(
  type: string,
  planned: JsonObject,
  call: SignedCall,
  send: () => Promise<object> = () => Promise.reject(new Error("no client is asked")),
): Promise<Found> | undefined {
  const where = { accountId: ACCOUNT, region: "eu-west-1", createdBuckets: new Set(["created-together"]) };
  const s3 = () => Promise.resolve({ send });
  return ACCOUNT_LOOKS[type]?.({ ...where, before: {}, planned, changes: [], iam: { send }, ec2: { send }, s3, s3control: s3, call }); // prettier-ignore
}

const answering = (answer: JsonObject) => () => Promise.resolve(answer);
const failing = (name: string, httpStatusCode: number) => () =>
  Promise.reject(Object.assign(new Error("no"), { name, $metadata: { httpStatusCode } }));

describe("the security contact", () => {
  const type = "aws_account_alternate_contact";
  const planned = {
    alternate_contact_type: "SECURITY",
    name: "Security",
    title: "Team",
    email_address: "security@example.com",
    phone_number: "+1 555 0100",
  };
  const present = { Name: "Security", Title: "Team", EmailAddress: "cto@example.com", PhoneNumber: "+1 555 0100" };

  test("is listed with what changes, and no other contact is read", async () => {
    const inputs: unknown[] = [];
    const found = await lookAt(type, planned, (service, { path, input }) => {
      inputs.push({ service, path, input });
      return Promise.resolve({ AlternateContact: present });
    });
    expect(inputs).toEqual([
      { service: "account", path: "/getAlternateContact", input: { AlternateContactType: "SECURITY" } },
    ]);
    expect(found).toEqual({
      message: "replaces the security contact of the account (email_address: cto@example.com → security@example.com)",
      refused: false,
    });
  });

  test("replaces nothing in an account that has none, or the same", async () => {
    for (const status of [400, 404])
      expect(await lookAt(type, planned, failing("ResourceNotFoundException", status))).toBeUndefined();
    const same = { ...present, EmailAddress: planned.email_address };
    expect(await lookAt(type, planned, answering({ AlternateContact: same }))).toBeUndefined();
  });

  test("is unknown if the account may not be asked", async () => {
    await expect(lookAt(type, planned, failing("AccessDeniedException", 403))).rejects.toThrow("no");
  });
});

describe("an organization", () => {
  const type = "aws_organizations_organization";
  const managedBy = (MasterAccountId: string) => answering({ Organization: { Id: "o-1", MasterAccountId } });

  test("of the account blocks the plan, with the key that reads it", async () => {
    expect(await lookAt(type, {}, managedBy(ACCOUNT))).toEqual({
      message:
        'the account has the organization o-1 already, and AWS creates no second one. Set organization.existing: true, which reads it (docs/organization.md, "An organization that exists").',
      refused: true,
    });
  });

  test("of which the account is a member blocks the plan", async () => {
    expect(await lookAt(type, {}, managedBy("999999999999"))).toEqual({
      message:
        "the account is a member of the organization o-1, which the account 999999999999 manages, and AWS creates none in a member. Remove organization from the estate, or take the account out of that organization.",
      refused: true,
    });
  });

  test("is created in an account without one", async () => {
    expect(await lookAt(type, {}, failing("AWSOrganizationsNotInUseException", 400))).toBeUndefined();
    await expect(lookAt(type, {}, failing("AccessDeniedException", 400))).rejects.toThrow("no");
  });
});

describe("a trail", () => {
  const type = "aws_cloudtrail";
  const trail = (name: string, region: string, IsOrganizationTrail: boolean) => ({
    Name: name,
    HomeRegion: region,
    S3BucketName: `${name}-logs`,
    TrailARN: `arn:aws:cloudtrail:${region}:${ACCOUNT}:trail/${name}`,
    IsOrganizationTrail,
  });
  const trails = (...trailList: object[]) => answering({ trailList });
  const planned = { name: "galileo", is_organization_trail: true };

  test("of the same name and region blocks the plan", async () => {
    expect(await lookAt(type, planned, trails(trail("galileo", "eu-west-1", false)))).toEqual({
      message:
        'the account has the trail galileo in eu-west-1 already, with the bucket galileo-logs, and AWS does not create it twice. Adopt it (docs/applying.md, "What exists already"), or delete it and keep its bucket.',
      refused: true,
    });
  });

  test("of the organization is listed: the second one is billed", async () => {
    expect(await lookAt(type, planned, trails(trail("all", "us-east-1", true)))).toEqual({
      message:
        "the organization has the trail all in us-east-1 already, with the bucket all-logs, and AWS charges for a second copy of its events. That trail stays: delete it once this one records, or set organization.trail: false",
      refused: false,
    });
  });

  test.each([
    { other: "another trail of the account", planned, given: trail("other", "eu-west-1", false) },
    { other: "a trail of the same name in another region", planned, given: trail("galileo", "us-east-1", false) },
    {
      other: "the organization's trail, in a plan of a trail of one account",
      planned: { name: "galileo", is_organization_trail: false },
      given: trail("all", "us-east-1", true),
    },
  ])("replaces nothing besides $other", async ({ planned: attributes, given }) => {
    expect(await lookAt(type, attributes, trails(given))).toBeUndefined();
  });

  describe("whose bucket another stack creates", () => {
    const into = (bucket: string) => ({ ...planned, s3_bucket_name: bucket });
    const headOf = (name: string, status: number) => failing(name, status);

    test("blocks the plan while the bucket is missing", async () => {
      expect(await lookAt(type, into("logs"), trails(), headOf("NotFound", 404))).toEqual({
        message:
          'its bucket logs does not exist yet. Bootstrap the account of organization.trailAccount, apply its stack <account>-trail-bucket, and plan again (docs/organization.md, "The bucket of the trail").',
        refused: true,
      });
    });

    test.each([
      { answer: "the bucket is the account's own", send: () => Promise.resolve({}) },
      { answer: "the bucket is another account's", send: headOf("Forbidden", 403) },
      { answer: "the bucket is in another region", send: headOf("PermanentRedirect", 301) },
    ])("does not if AWS answers that $answer", async ({ send }) => {
      expect(await lookAt(type, into("logs"), trails(), send)).toBeUndefined();
    });

    test("does not if the same plan creates it: its stack is applied first", async () => {
      expect(await lookAt(type, into("created-together"), trails(), headOf("NotFound", 404))).toBeUndefined();
    });

    test("is unknown if S3 fails", async () => {
      await expect(lookAt(type, into("logs"), trails(), headOf("SlowDown", 503))).rejects.toThrow("no");
    });
  });
});

describe("the account's block of public access to S3", () => {
  const type = "aws_s3_account_public_access_block";
  const planned = {
    block_public_acls: true,
    block_public_policy: true,
    ignore_public_acls: true,
    restrict_public_buckets: true,
  };
  const closed = {
    BlockPublicAcls: true,
    BlockPublicPolicy: true,
    IgnorePublicAcls: true,
    RestrictPublicBuckets: true,
  };
  const found = (answer: Promise<object>) => lookAt(type, planned, failing("NotAsked", 500), () => answer);

  test("is listed if somebody has opened the account: its public buckets would be closed", async () => {
    const PublicAccessBlockConfiguration = { ...closed, BlockPublicPolicy: false, RestrictPublicBuckets: false };
    expect(await found(Promise.resolve({ PublicAccessBlockConfiguration }))).toEqual({
      message:
        "replaces the account's block of public access to S3 (block_public_policy: false → true, restrict_public_buckets: false → true)",
      refused: false,
    });
  });

  test("replaces nothing in an account that has the same, or none", async () => {
    expect(await found(Promise.resolve({ PublicAccessBlockConfiguration: closed }))).toBeUndefined();
    expect(await found(failing("NoSuchPublicAccessBlockConfiguration", 404)())).toBeUndefined();
  });

  test("is unknown if S3 may not be asked", async () => {
    await expect(found(failing("AccessDenied", 403)())).rejects.toThrow("no");
  });
});
