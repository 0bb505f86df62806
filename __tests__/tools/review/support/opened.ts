import { networkOpened } from "../../../../tools/review/network-opened";
import { type Planned, resourcesOf } from "./plans";

/** What changes of these resources open in the network, in words. */
export function opened(...resources: Planned[]): string[] {
  return networkOpened(resourcesOf(...resources)).map(({ words }) => words);
}
