import type { Tags } from "../accounts/bootstrap/account";
import type { JsonObject } from "../support/json";
import type { ReadingClients } from "../terraform/aws/reading-clients";
import type { Candidate } from "./finder";

interface Place {
  readonly accountId: string;
  readonly region: string;
  readonly clients: ReadingClients;
}

/** Reads the tags of something in AWS. */
type TagReader = (candidate: Candidate, place: Place) => Promise<readonly JsonObject[] | undefined>;

/** Tags in any of AWS's spellings. */
const tagsIn = (list: readonly JsonObject[]): Tags =>
  Object.fromEntries(
    list.map((tag) => [tag["Key"] ?? tag["TagKey"] ?? tag["key"], tag["Value"] ?? tag["TagValue"] ?? tag["value"]]),
  ) as Tags;

const listed = (tags: readonly object[] | undefined) => tags as readonly JsonObject[] | undefined;

const inEc2: TagReader = async ({ id }, { clients }) => {
  const { DescribeTagsCommand } = await import("@aws-sdk/client-ec2");
  const ec2 = await clients.ec2();
  return listed((await ec2.send(new DescribeTagsCommand({ Filters: [{ Name: "resource-id", Values: [id] }] }))).Tags);
};

const inRds =
  (kind: string): TagReader =>
  async ({ id }, { accountId, region, clients }) => {
    const { ListTagsForResourceCommand } = await import("@aws-sdk/client-rds");
    const ResourceName = `arn:aws:rds:${region}:${accountId}:${kind}:${id}`;
    return listed((await (await clients.rds()).send(new ListTagsForResourceCommand({ ResourceName }))).TagList);
  };

const inOrganization: TagReader = async ({ id: ResourceId }, { clients }) => {
  const { ListTagsForResourceCommand } = await import("@aws-sdk/client-organizations");
  return listed((await (await clients.organizations()).send(new ListTagsForResourceCommand({ ResourceId }))).Tags);
};

const IAM = () => import("@aws-sdk/client-iam");

/** Types whose resources get the tags of their stack when they are created. */
const READERS: Readonly<Record<string, TagReader>> = {
  aws_vpc: inEc2,
  aws_subnet: inEc2,
  aws_internet_gateway: inEc2,
  aws_route_table: inEc2,
  aws_vpc_endpoint: inEc2,
  aws_security_group: inEc2,
  aws_flow_log: inEc2,
  aws_default_network_acl: inEc2,
  aws_default_security_group: inEc2,
  aws_vpc_security_group_egress_rule: inEc2,
  aws_vpc_security_group_ingress_rule: inEc2,
  aws_db_instance: inRds("db"),
  aws_db_subnet_group: inRds("subgrp"),
  aws_db_parameter_group: inRds("pg"),
  aws_iam_role: async ({ id }, { clients }) =>
    listed((await (await clients.iam()).send(new (await IAM()).ListRoleTagsCommand({ RoleName: id }))).Tags),
  aws_iam_user: async ({ id }, { clients }) =>
    listed((await (await clients.iam()).send(new (await IAM()).ListUserTagsCommand({ UserName: id }))).Tags),
  aws_iam_policy: async ({ id }, { clients }) =>
    listed((await (await clients.iam()).send(new (await IAM()).ListPolicyTagsCommand({ PolicyArn: id }))).Tags),
  aws_iam_instance_profile: async ({ id: InstanceProfileName }, { clients }) => {
    const { GetInstanceProfileCommand } = await IAM();
    const found = await (await clients.iam()).send(new GetInstanceProfileCommand({ InstanceProfileName }));
    return listed(found.InstanceProfile?.Tags);
  },
  aws_iam_openid_connect_provider: async ({ id: OpenIDConnectProviderArn }, { clients }) => {
    const { ListOpenIDConnectProviderTagsCommand } = await IAM();
    const iam = await clients.iam();
    return listed((await iam.send(new ListOpenIDConnectProviderTagsCommand({ OpenIDConnectProviderArn }))).Tags);
  },
  aws_s3_bucket: async ({ id: Bucket }, { accountId, clients }) => {
    const { GetBucketTaggingCommand } = await import("@aws-sdk/client-s3");
    const asked = { Bucket, ExpectedBucketOwner: accountId };
    return listed((await (await clients.s3()).send(new GetBucketTaggingCommand(asked))).TagSet);
  },
  aws_kms_key: async ({ id: KeyId }, { clients }) => {
    const { ListResourceTagsCommand } = await import("@aws-sdk/client-kms");
    return listed((await (await clients.kms()).send(new ListResourceTagsCommand({ KeyId }))).Tags);
  },
  aws_ecr_repository: async ({ attributes }, { clients }) => {
    const { ListTagsForResourceCommand } = await import("@aws-sdk/client-ecr");
    const asked = { resourceArn: attributes?.["arn"] };
    return listed((await (await clients.ecr()).send(new ListTagsForResourceCommand(asked))).tags);
  },
  aws_sns_topic: async ({ id: ResourceArn }, { clients }) => {
    const { ListTagsForResourceCommand } = await import("@aws-sdk/client-sns");
    return listed((await (await clients.sns()).send(new ListTagsForResourceCommand({ ResourceArn }))).Tags);
  },
  aws_cloudwatch_event_rule: async ({ attributes }, { clients }) => {
    const { ListTagsForResourceCommand } = await import("@aws-sdk/client-eventbridge");
    const asked = { ResourceARN: attributes?.["arn"] };
    return listed((await (await clients.events()).send(new ListTagsForResourceCommand(asked))).Tags);
  },
  aws_cloudtrail: async ({ id }, { clients }) => {
    const { ListTagsCommand } = await import("@aws-sdk/client-cloudtrail");
    const { ResourceTagList } = await (await clients.cloudtrail()).send(new ListTagsCommand({ ResourceIdList: [id] }));
    return listed(ResourceTagList?.flatMap(({ TagsList = [] }) => TagsList));
  },
  aws_organizations_account: inOrganization,
  aws_organizations_organizational_unit: inOrganization,
  aws_organizations_policy: inOrganization,
};

/** Types without a reader, or that take no tags, are known by their name or by what they are a part of. */
export const isTagged = (type: string): boolean => Object.hasOwn(READERS, type);

/** The tags of something in AWS. @param type one that `isTagged` */
export async function readTags(type: string, candidate: Candidate, place: Place): Promise<Tags> {
  try {
    return tagsIn((await READERS[type]?.(candidate, place)) ?? []);
  } catch (error) {
    if (error instanceof Error && error.name === "NoSuchTagSet") return {}; // a bucket without tags
    throw error;
  }
}
