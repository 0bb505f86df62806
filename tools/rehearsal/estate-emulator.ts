import type { Estate } from "../../config/model";
import { startEmulator, type Emulator, type EmulatorSource } from "../emulator/emulator";
import { knownAccountIds, makeGivens } from "./givens";

/**
 * Starts an emulator on which everything is there that the estate says AWS has already. It ends with this process at
 * the latest.
 */
export async function startEstateEmulator(estate: Estate, source: EmulatorSource, logFile: string): Promise<Emulator> {
  const emulator = await startEmulator({ logFile, source, accountIds: knownAccountIds(estate) });
  try {
    await makeGivens(estate, emulator.url);
    return emulator;
  } catch (error) {
    await emulator.stop();
    throw error;
  }
}
