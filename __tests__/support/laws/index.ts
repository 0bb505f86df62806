import { APPLICATION_LAWS } from "./application";
import { DATA_LAWS } from "./data";
import { DOCUMENT_LAWS } from "./documents";
import { IAM_LAWS } from "./iam";
import type { Law } from "./law";
import { NETWORK_LAWS } from "./network";
import { STATE_LAWS } from "./states";
import { WATCH_LAWS } from "./watch";
import { WHOLE_STACK_LAWS } from "./whole-stack";

/**
 * All laws, by subject. Add a new law to the list of its file: rules.test.ts checks it for every estate.
 */
export const LAWS: Readonly<Record<string, readonly Law[]>> = {
  states: STATE_LAWS,
  "stacks as a whole": WHOLE_STACK_LAWS,
  networks: NETWORK_LAWS,
  "data at rest": DATA_LAWS,
  applications: APPLICATION_LAWS,
  IAM: IAM_LAWS,
  "trails, alarms and retention": WATCH_LAWS,
  "policy documents": DOCUMENT_LAWS,
};
