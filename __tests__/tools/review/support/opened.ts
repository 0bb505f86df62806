import { networkFindings } from "../../../../tools/review/network-findings";
import { type Planned, resourcesOf } from "./plans";

/** What changes of these resources open in the network, in words. */
export function opened(...resources: Planned[]): string[] {
  return networkFindings(resourcesOf(...resources)).map(({ message }) => message);
}
