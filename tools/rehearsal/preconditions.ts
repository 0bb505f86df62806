import {
  CreateOrganizationCommand,
  EnableAWSServiceAccessCommand,
  EnablePolicyTypeCommand,
  ListRootsCommand,
  type OrganizationsClient,
} from "@aws-sdk/client-organizations";
import { type Estate } from "../../config/model";
import { clientsFor } from "./clients";
import { masterOf } from "../../config/resolve/account";
import { startEmulator, type Emulator, type EmulatorSource } from "../emulator/emulator";

/** The known ids of the members' accounts, by email address. The emulator creates these accounts with the same ids. */
export function knownAccountIds({ organization }: Estate): Record<string, string> {
  const known = organization?.members.flatMap(({ email, id }) => (id === undefined ? [] : [[email, id] as const]));
  return Object.fromEntries(known ?? []);
}

/**
 * Creates on the emulator what exists in AWS according to the estate: an organization that the organization stack
 * accepts.
 */
export async function createPreconditions(estate: Estate, emulatorUrl: string): Promise<void> {
  const master = masterOf(estate);
  if (!estate.organization?.existing || !master) return;
  const { organizations } = clientsFor(emulatorUrl, master.id, master.region);
  if (await exists(organizations)) return; // the emulator still runs from another rehearsal
  await organizations.send(new CreateOrganizationCommand({ FeatureSet: "ALL" }));
  await organizations.send(new EnableAWSServiceAccessCommand({ ServicePrincipal: "cloudtrail.amazonaws.com" }));
  const { Roots: [root] = [] } = await organizations.send(new ListRootsCommand({}));
  const enabled = root?.PolicyTypes?.some(
    ({ Type, Status }) => Type === "SERVICE_CONTROL_POLICY" && Status === "ENABLED",
  );
  if (!enabled)
    await organizations.send(new EnablePolicyTypeCommand({ RootId: root?.Id, PolicyType: "SERVICE_CONTROL_POLICY" }));
}

async function exists(organizations: OrganizationsClient): Promise<boolean> {
  try {
    return ((await organizations.send(new ListRootsCommand({}))).Roots ?? []).length > 0;
  } catch (error) {
    if ((error as Error).name === "AWSOrganizationsNotInUseException") return false;
    throw error;
  }
}

/** Starts an emulator with the estate's preconditions. It stops with this process at the latest. */
export async function startEstateEmulator(estate: Estate, source: EmulatorSource, logFile: string): Promise<Emulator> {
  const emulator = await startEmulator({ logFile, source, accountIds: knownAccountIds(estate) });
  try {
    await createPreconditions(estate, emulator.url);
    return emulator;
  } catch (error) {
    await emulator.stop();
    throw error;
  }
}
