import { FlowLog } from "../../modules/flow-log";
import { synthModule } from "../support/module";
import { normalized } from "../support/policy";

const stack = synthModule((scope) => {
  new FlowLog(scope, "flow-log", {
    name: "dev-flow-logs",
    accountId: "111111111111",
    region: "eu-west-1",
    vpcId: "vpc-1",
    vpcName: "dev-vpc",
    retentionDays: 30,
  });
});

test("logs all accepted and rejected flows of the VPC to a log group with a retention", () => {
  const group = stack.resourceAt("flow-log/group");
  expect(group.values).toEqual({ name: "/vpc/dev-vpc/flows", retention_in_days: 30 });
  expect(stack.one("aws_flow_log")).toMatchObject({
    vpc_id: "vpc-1",
    traffic_type: "ALL",
    log_destination: `\${${group.address}.arn}`,
    iam_role_arn: stack.reference("flow-log/writer/role", "arn"),
  });
});

test("is written by a role that only the flow log service may assume", () => {
  expect(stack.trust("flow-log/writer/role").Statement.map(normalized)).toEqual([
    {
      Effect: "Allow",
      Principal: { Service: ["vpc-flow-logs.amazonaws.com"] },
      Action: ["sts:AssumeRole"],
      Condition: {},
    },
  ]);
});

test("allows that role to write to this log group only", () => {
  const [write, find, ...others] = stack.policy("flow-log/writer/inline-write").Statement;
  expect(write).toMatchObject({ Resource: ["arn:aws:logs:eu-west-1:111111111111:log-group:/vpc/dev-vpc/flows:*"] });
  expect(find).toMatchObject({ Action: ["logs:DescribeLogGroups"] });
  expect(others).toEqual([]);
});
