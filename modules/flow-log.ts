import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { FlowLog as VpcFlowLog } from "@cdktf/provider-aws/lib/flow-log";
import { Construct } from "constructs";
import { Role, trustServices } from "./iam/role";

export interface FlowLogProps {
  /** The name of the role that writes the log. */
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  readonly vpcId: string;
  readonly vpcName: string;
  /** One of the periods that CloudWatch Logs offers, in days. */
  readonly retentionDays: number;
}

/** Logs all accepted and rejected flows of a VPC to its own CloudWatch log group. AWS charges for each gigabyte. */
export class FlowLog extends Construct {
  constructor(scope: Construct, id: string, props: FlowLogProps) {
    super(scope, id);
    const { name, accountId, region, vpcId, vpcName, retentionDays } = props;
    const logGroupName = `/vpc/${vpcName}/flows`;
    const group = new CloudwatchLogGroup(this, "group", { name: logGroupName, retentionInDays: retentionDays });
    const role = new Role(this, "writer", {
      name,
      description: `Writes the flow log of ${vpcName}`,
      trust: [trustServices(["vpc-flow-logs.amazonaws.com"])],
      inlinePolicies: {
        write: [
          {
            sid: "WriteItsLogGroup",
            actions: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            resources: [`arn:aws:logs:${region}:${accountId}:log-group:${logGroupName}:*`],
          },
          { sid: "FindItsLogGroup", actions: ["logs:DescribeLogGroups"], resources: ["*"] },
        ],
      },
    });
    new VpcFlowLog(this, "flows", {
      vpcId,
      trafficType: "ALL",
      logDestination: group.arn,
      iamRoleArn: role.arn,
      tags: { Name: vpcName },
    });
  }
}
