import type { EC2Client } from "@aws-sdk/client-ec2";
import type { IAMClient } from "@aws-sdk/client-iam";
import { settingClients } from "../../../../tools/terraform/aws/setting-clients";

test("the clients act in the region of the setting, with the credentials of the stack", async () => {
  const env = { AWS_ACCESS_KEY_ID: "222222222222", AWS_SECRET_ACCESS_KEY: "emulator" };
  const state = { bucket: "states", key: "dev/iam.tfstate", region: "eu-west-1" };
  const { ec2, iam } = await settingClients({ state }, env, "eu-west-2");
  for (const { config } of [ec2 as EC2Client, iam as IAMClient]) {
    expect(await config.region()).toBe("eu-west-2");
    expect(await config.credentials()).toMatchObject({ accessKeyId: "222222222222" });
  }
});
