import { isTagged, readTags } from "../../../tools/adopt/tags";
import { ACCOUNT, awsError, clientsOf, REGION, type Answers } from "./fake-account";

const KEY = [{ Key: "Stack", Value: "dev" }];

/** The call that reads the tags of each type, in the spelling of its service. */
const READS: readonly { type: string; answers: Answers }[] = [
  ...["aws_vpc", "aws_subnet", "aws_security_group", "aws_flow_log"].map((type) => ({
    type,
    answers: { DescribeTags: { Tags: KEY } },
  })),
  ...["aws_db_instance", "aws_db_subnet_group", "aws_db_parameter_group"].map((type) => ({
    type,
    answers: { ListTagsForResource: { TagList: KEY } },
  })),
  { type: "aws_iam_role", answers: { ListRoleTags: { Tags: KEY } } },
  { type: "aws_iam_user", answers: { ListUserTags: { Tags: KEY } } },
  { type: "aws_iam_policy", answers: { ListPolicyTags: { Tags: KEY } } },
  { type: "aws_iam_instance_profile", answers: { GetInstanceProfile: { InstanceProfile: { Tags: KEY } } } },
  { type: "aws_iam_openid_connect_provider", answers: { ListOpenIDConnectProviderTags: { Tags: KEY } } },
  { type: "aws_s3_bucket", answers: { GetBucketTagging: { TagSet: KEY } } },
  { type: "aws_kms_key", answers: { ListResourceTags: { Tags: [{ TagKey: "Stack", TagValue: "dev" }] } } },
  { type: "aws_ecr_repository", answers: { ListTagsForResource: { tags: KEY } } },
  { type: "aws_sns_topic", answers: { ListTagsForResource: { Tags: KEY } } },
  { type: "aws_cloudwatch_event_rule", answers: { ListTagsForResource: { Tags: KEY } } },
  { type: "aws_cloudtrail", answers: { ListTags: { ResourceTagList: [{ TagsList: KEY }] } } },
  { type: "aws_organizations_organizational_unit", answers: { ListTagsForResource: { Tags: KEY } } },
];

const read = (type: string, answers: Answers) =>
  readTags(
    type,
    { id: "x", description: "", attributes: { arn: "arn:x" } },
    { accountId: ACCOUNT, region: REGION, clients: clientsOf(answers) },
  );

test.each(READS)("reads the tags of $type", async ({ type, answers }) => {
  expect(isTagged(type)).toBe(true);
  expect(await read(type, answers)).toEqual({ Stack: "dev" });
});

test("a bucket without tags has none, and another error is passed on", async () => {
  const failing = (name: string) => ({
    GetBucketTagging: () => {
      throw awsError(name);
    },
  });
  expect(await read("aws_s3_bucket", failing("NoSuchTagSet"))).toEqual({});
  await expect(read("aws_s3_bucket", failing("AccessDenied"))).rejects.toThrow("AccessDenied");
});

test("attachments and settings take no tags", () => {
  expect(["aws_iam_role_policy_attachment", "aws_iam_account_password_policy"].filter(isTagged)).toEqual([]);
});
