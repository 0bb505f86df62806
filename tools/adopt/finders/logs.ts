import { everyPage } from "../../terraform/aws/every-page";
import { DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DescribeFlowLogsCommand } from "@aws-sdk/client-ec2";
import { bestOf, type Finder, type Finders } from "../finder";
import { described, nameIn, NONE_FOUND } from "./network";

/** By its name. An account may have thousands: AWS is asked for those that begin with it. */
const logGroup: Finder = async (_, { clients, text }) => {
  const name = await text("name");
  if (name === undefined) return NONE_FOUND;
  const logs = await clients.logs();
  const all = await everyPage(async (nextToken) => {
    const page = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: name, nextToken }));
    return [page.logGroups, page.nextToken];
  });
  const found = all.filter(({ logGroupName }) => logGroupName === name);
  return {
    candidates: found.map(({ retentionInDays }) => ({
      id: name,
      description: retentionInDays === undefined ? "kept for ever" : `kept for ${retentionInDays} days`,
    })),
  };
};

/** By its VPC and where it writes, else the one of the VPC. */
const flowLog: Finder = async ({ values }, { clients, text, resolve }) => {
  const vpcId = await text("vpc_id");
  if (vpcId === undefined) return NONE_FOUND;
  const ec2 = await clients.ec2();
  const Filter = [{ Name: "resource-id", Values: [vpcId] }];
  const all = await everyPage(async (NextToken) => {
    const page = await ec2.send(new DescribeFlowLogsCommand({ Filter, NextToken }));
    return [page.FlowLogs, page.NextToken];
  });
  const destination = values["log_destination"];
  // The group's ARN is not in the JSON; its name is.
  const group = typeof destination === "string" ? await resolve(destination.replace(/\.arn\}$/, ".name}")) : undefined;
  return bestOf(
    all,
    [
      ({ LogGroupName, LogDestination }) =>
        typeof group === "string" &&
        (LogGroupName === group || LogDestination?.replace(/:\*$/, "").endsWith(`:log-group:${group}`) === true),
      () => true,
    ],
    ({ FlowLogId: id = "", TrafficType, LogGroupName, LogDestination, Tags }) => ({
      id,
      description: described(nameIn(Tags), TrafficType, LogGroupName ?? LogDestination),
    }),
  );
};

/** Log groups, and what a VPC logs. */
export const LOGS: Finders = {
  aws_cloudwatch_log_group: logGroup,
  aws_flow_log: flowLog,
};
