import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { ConfigRecorder } from "../../modules/config-recorder";
import { synthModule } from "../support/module";

const stack = synthModule((scope) => {
  const provider = new AwsProvider(scope, "other", { alias: "other", region: "us-east-1" });
  new ConfigRecorder(scope, "config", {
    accountId: "222222222222",
    bucket: "222222222222-galileo-config",
    oldVersionDays: 365,
    regions: [{ region: "eu-west-1" }, { region: "us-east-1", provider }],
  });
});

test("records every type in each region, and what has no region once", () => {
  const role_arn = stack.reference("config/role", "arn");
  const recorders = stack.all("aws_config_configuration_recorder").map(({ values }) => values);
  const recording = (isFirst: boolean) => ({
    name: "default",
    role_arn,
    recording_group: { all_supported: true, include_global_resource_types: isFirst },
  });
  expect(recorders).toEqual([recording(true), { ...recording(false), provider: "aws.other" }]);
  expect(stack.one("aws_iam_service_linked_role")).toEqual({ aws_service_name: "config.amazonaws.com" });
});

test("starts a recorder when its channel exists, and creates the channel after the recorder", () => {
  for (const region of ["eu-west-1", "us-east-1"]) {
    const [recorder, channel] = ["recorder", "channel"].map((id) => stack.resourceAt(`config/${region}/${id}`));
    expect(channel?.values["depends_on"]).toEqual([recorder?.address]);
    expect(stack.at(`config/${region}/status`)).toMatchObject({ is_enabled: true, depends_on: [channel?.address] });
  }
});

test("only AWS Config of the account writes into the bucket, below its own folder", () => {
  const statements = stack.policy("config/bucket/policy").Statement.filter(({ Effect }) => Effect === "Allow");
  expect(statements).toMatchObject([
    { Action: ["s3:GetBucketAcl", "s3:ListBucket"], Resource: ["arn:aws:s3:::222222222222-galileo-config"] },
    { Action: ["s3:PutObject"], Resource: ["arn:aws:s3:::222222222222-galileo-config/AWSLogs/222222222222/Config/*"] },
  ]);
  for (const { Principal, Condition } of statements) {
    expect(Principal).toEqual({ Service: ["config.amazonaws.com"] });
    expect(Condition?.["StringEquals"]).toMatchObject({ "aws:SourceAccount": "222222222222" });
  }
});

test("keeps the bucket, and each channel waits for its policy", () => {
  expect(stack.at("config/bucket/bucket")).toMatchObject({ lifecycle: { prevent_destroy: true } });
  const name = stack.reference("config/bucket/policy", "bucket");
  expect(stack.all("aws_config_delivery_channel").map(({ values }) => values["s3_bucket_name"])).toEqual([name, name]);
});
