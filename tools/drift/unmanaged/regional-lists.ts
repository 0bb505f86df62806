import { everyPage } from "../../terraform/aws/every-page";
import { ListAnalyzersCommand } from "@aws-sdk/client-accessanalyzer";
import { DescribeTrailsCommand } from "@aws-sdk/client-cloudtrail";
import { DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DescribeRepositoriesCommand } from "@aws-sdk/client-ecr";
import { ListRulesCommand } from "@aws-sdk/client-eventbridge";
import { DescribeKeyCommand, ListAliasesCommand, ListKeysCommand } from "@aws-sdk/client-kms";
import {
  DescribeDBInstancesCommand,
  DescribeDBParameterGroupsCommand,
  DescribeDBSubnetGroupsCommand,
} from "@aws-sdk/client-rds";
import { ListTopicsCommand } from "@aws-sdk/client-sns";
import { type ResourceList } from "./listing";

/** Without AWS's own keys, which have a reserved alias (`aws/…`), and keys that are being deleted. */
const keys: ResourceList = async ({ clients, region, isHeld }) => {
  const kms = await clients.kms();
  const all = await everyPage(async (Marker) => {
    const page = await kms.send(new ListKeysCommand({ Marker }));
    return [page.Keys, page.NextMarker];
  });
  const unknown = all.filter(({ KeyArn = "" }) => !isHeld(KeyArn));
  if (unknown.length === 0) return [];
  const aliases = await everyPage(async (Marker) => {
    const page = await kms.send(new ListAliasesCommand({ Marker }));
    return [page.Aliases, page.NextMarker];
  });
  const aliasOf = new Map(aliases.map(({ TargetKeyId, AliasName }) => [TargetKeyId, AliasName]));
  const described = await Promise.all(unknown.map(({ KeyId }) => kms.send(new DescribeKeyCommand({ KeyId }))));
  return described.flatMap(({ KeyMetadata: { KeyId = "", Arn, KeyManager, KeyState, Description } = {} }) => {
    const name = aliasOf.get(KeyId) ?? Description;
    const isOfAws = KeyManager === "AWS" || name?.startsWith("alias/aws/") === true;
    return isOfAws || KeyState === "PendingDeletion"
      ? []
      : [{ type: "aws_kms_key", id: KeyId, key: Arn, name, region }];
  });
};

const databases: ResourceList = async ({ clients, region }) => {
  const rds = await clients.rds();
  const all = await everyPage(async (Marker) => {
    const page = await rds.send(new DescribeDBInstancesCommand({ Marker }));
    return [page.DBInstances, page.Marker];
  });
  return all.map(({ DBInstanceIdentifier: id = "", DBInstanceArn: key }) => ({
    ...{ type: "aws_db_instance", id, key, region },
  }));
};

/** RDS's console creates the groups `default` and `default-vpc-…`. */
const subnetGroups: ResourceList = async ({ clients, region }) => {
  const rds = await clients.rds();
  const all = await everyPage(async (Marker) => {
    const page = await rds.send(new DescribeDBSubnetGroupsCommand({ Marker }));
    return [page.DBSubnetGroups, page.Marker];
  });
  return all
    .filter(({ DBSubnetGroupName = "" }) => !/^default(-vpc-|$)/.test(DBSubnetGroupName))
    .map(({ DBSubnetGroupName: id = "", DBSubnetGroupArn: key }) => ({
      ...{ type: "aws_db_subnet_group", id, key, region },
    }));
};

const parameterGroups: ResourceList = async ({ clients, region }) => {
  const rds = await clients.rds();
  const all = await everyPage(async (Marker) => {
    const page = await rds.send(new DescribeDBParameterGroupsCommand({ Marker }));
    return [page.DBParameterGroups, page.Marker];
  });
  return all
    .filter(({ DBParameterGroupName = "" }) => !DBParameterGroupName.startsWith("default."))
    .map(({ DBParameterGroupName: id = "", DBParameterGroupArn: key }) => ({
      ...{ type: "aws_db_parameter_group", id, key, region },
    }));
};

const repositories: ResourceList = async ({ clients, region }) => {
  const ecr = await clients.ecr();
  const all = await everyPage(async (nextToken) => {
    const page = await ecr.send(new DescribeRepositoriesCommand({ nextToken }));
    return [page.repositories, page.nextToken];
  });
  return all.map(({ repositoryName: id = "", repositoryArn: key }) => ({
    ...{ type: "aws_ecr_repository", id, key, region },
  }));
};

const topics: ResourceList = async ({ clients, region }) => {
  const sns = await clients.sns();
  const all = await everyPage(async (NextToken) => {
    const page = await sns.send(new ListTopicsCommand({ NextToken }));
    return [page.Topics, page.NextToken];
  });
  return all.map(({ TopicArn: key = "" }) => ({
    ...{ type: "aws_sns_topic", id: key.replace(/^.*:/, ""), key, region },
  }));
};

/** On the default event bus, without the rules that AWS services manage. */
const rules: ResourceList = async ({ clients, region }) => {
  const events = await clients.events();
  const all = await everyPage(async (NextToken) => {
    const page = await events.send(new ListRulesCommand({ NextToken }));
    return [page.Rules, page.NextToken];
  });
  return all
    .filter(({ ManagedBy }) => ManagedBy === undefined)
    .map(({ Name: id = "", Arn: key }) => ({ type: "aws_cloudwatch_event_rule", id, key, region }));
};

/** The trails of this account and region. Members see the organization's trail too. */
const trails: ResourceList = async ({ clients, region, account }) => {
  const cloudtrail = await clients.cloudtrail();
  const { trailList = [] } = await cloudtrail.send(new DescribeTrailsCommand({ includeShadowTrails: false }));
  return trailList
    .filter(({ TrailARN = "" }) => TrailARN.includes(`:${account.id}:`))
    .map(({ Name: id = "", TrailARN: key }) => ({ type: "aws_cloudtrail", id, key, region }));
};

const analyzers: ResourceList = async ({ clients, region }) => {
  const client = await clients.accessanalyzer();
  const all = await everyPage(async (nextToken) => {
    const page = await client.send(new ListAnalyzersCommand({ nextToken }));
    return [page.analyzers, page.nextToken];
  });
  return all.map(({ name: id = "", arn: key }) => ({ type: "aws_accessanalyzer_analyzer", id, key, region }));
};

/** Services create log groups of any number: only those with the name of an environment count. */
const logGroups: ResourceList = async ({ clients, region, estate: { environments } }) => {
  const logs = await clients.logs();
  const prefixes = environments.flatMap(({ namespace }) => [namespace, `/vpc/${namespace}`]);
  const pages = prefixes.map((logGroupNamePrefix) =>
    everyPage(async (nextToken) => {
      const page = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix, nextToken }));
      return [page.logGroups, page.nextToken];
    }),
  );
  return (await Promise.all(pages)).flat().map(({ logGroupName: id = "", arn }) => ({
    ...{ type: "aws_cloudwatch_log_group", id, key: arn?.replace(/:\*$/, ""), region },
  }));
};

/** What an account has in each region, outside of VPCs. */
export const REGIONAL_LISTS: Readonly<Record<string, ResourceList>> = {
  aws_accessanalyzer_analyzer: analyzers,
  aws_cloudtrail: trails,
  aws_cloudwatch_event_rule: rules,
  aws_cloudwatch_log_group: logGroups,
  aws_db_instance: databases,
  aws_db_parameter_group: parameterGroups,
  aws_db_subnet_group: subnetGroups,
  aws_ecr_repository: repositories,
  aws_kms_key: keys,
  aws_sns_topic: topics,
};
