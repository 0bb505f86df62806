import { idsOf, type Answers } from "../fake-account";

test("a log group is found by its whole name, on every page of those that begin with it", async () => {
  const answers: Answers = {
    DescribeLogGroups: ({ logGroupNamePrefix, nextToken }: { logGroupNamePrefix: string; nextToken?: string }) => ({
      logGroups: [{ logGroupName: nextToken === undefined ? `${logGroupNamePrefix}-2` : logGroupNamePrefix }],
      nextToken: nextToken === undefined ? "next" : undefined,
    }),
  };
  const asked = { type: "aws_cloudwatch_log_group", answers };
  expect(await idsOf({ ...asked, values: { name: "/vpc/dev" } })).toEqual(["/vpc/dev"]);
  expect(await idsOf({ ...asked, values: { name: "${aws_vpc.x.id}" } })).toEqual([]);
});

describe("a flow log", () => {
  const values = { vpc_id: "${aws_vpc.x.id}", log_destination: "${aws_cloudwatch_log_group.x.arn}" };
  const references = { "${aws_vpc.x.id}": "vpc-1", "${aws_cloudwatch_log_group.x.name}": "/vpc/dev/flows" };
  const arn = "arn:aws:logs:eu-west-1:111111111111:log-group:/vpc/dev/flows:*";
  test.each([
    {
      rule: "where it writes",
      all: [
        { FlowLogId: "fl-1", LogGroupName: "x" },
        { FlowLogId: "fl-2", LogDestination: arn },
      ],
      ids: ["fl-2"],
    },
    { rule: "its VPC", all: [{ FlowLogId: "fl-1", LogGroupName: "x" }], ids: ["fl-1"] },
    {
      rule: "its VPC, where several are ambiguous",
      all: [{ FlowLogId: "fl-1" }, { FlowLogId: "fl-2" }],
      ids: ["fl-1", "fl-2"],
    },
  ])("is found by $rule", async ({ all, ids }) => {
    const answers: Answers = { DescribeFlowLogs: { FlowLogs: all } };
    expect(await idsOf({ type: "aws_flow_log", values, answers, references })).toEqual(ids);
  });
});
