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

/**
 * Which account AWS has made for which address, as far as the estate knows. The emulator makes them under the same ids.
 */
export function knownAccountIds({ organization }: Estate): Record<string, string> {
  const known = organization?.members.flatMap(({ email, id }) => (id === undefined ? [] : [[email, id] as const]));
  return Object.fromEntries(known ?? []);
}

/**
 * Makes on the emulator what the estate says that AWS has already: an organization, set up as the organization stack
 * demands it.
 */
export async function makePreconditions(estate: Estate, emulatorUrl: string): Promise<void> {
  const master = masterOf(estate);
  if (!estate.organization?.existing || !master) return;
  const { organizations } = clientsFor(emulatorUrl, master.id, master.region);
  if (await exists(organizations)) return; // an emulator that runs on from another rehearsal
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

/**
 * Starts an emulator on which everything is there that the estate says AWS has already. It ends with this process at
 * the latest.
 */
export async function startEstateEmulator(estate: Estate, source: EmulatorSource, logFile: string): Promise<Emulator> {
  const emulator = await startEmulator({ logFile, source, accountIds: knownAccountIds(estate) });
  try {
    await makePreconditions(estate, emulator.url);
    return emulator;
  } catch (error) {
    await emulator.stop();
    throw error;
  }
}
