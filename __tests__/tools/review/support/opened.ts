import { networkFindings } from "../../../../tools/review/network-findings";
import { type Planned, resourcesOf } from "./plans";

/** The messages of the network findings for these resources. */
export function opened(...resources: Planned[]): string[] {
  return networkFindings(resourcesOf(...resources)).map(({ message }) => message);
}
