import type { KMSClient } from "@aws-sdk/client-kms";
import type { RDSClient } from "@aws-sdk/client-rds";
import type { Stack } from "../../synth/stacks";
import { awsClients, clientConfig, inRegion } from "../../terraform/aws/aws-clients";
import { settingClients, type SettingClients } from "../../terraform/aws/setting-clients";

/** AWS clients that read an account in a region, before anything of the estate is in it. */
export interface PreflightClients extends SettingClients {
  readonly kms: Pick<KMSClient, "send">;
  readonly rds: Pick<RDSClient, "send">;
}

export type PreflightClientsOf = (region: string) => Promise<PreflightClients>;

/** Clients that act like Terraform for a stack, one set for each region. */
export function preflightClients(stack: Stack, env: NodeJS.ProcessEnv): PreflightClientsOf {
  const clients = new Map<string, Promise<PreflightClients>>();
  return (region) => {
    const known = clients.get(region) ?? clientsIn(stack, env, region);
    clients.set(region, known);
    return known;
  };
}

async function clientsIn(stack: Stack, env: NodeJS.ProcessEnv, region: string): Promise<PreflightClients> {
  const { RDSClient } = await import("@aws-sdk/client-rds");
  const here = inRegion(stack, region);
  const { call, ec2, iam } = await settingClients(stack, env, region);
  return { call, ec2, iam, kms: awsClients(here, env).kms, rds: new RDSClient(clientConfig(here, env)("RDS")) };
}
