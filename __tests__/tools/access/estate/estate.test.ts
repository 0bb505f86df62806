// For each test file Jest loads all modules anew, and the estate is synthesized again: one for all subjects takes a
// third of the time. One subject alone: `-t "service users"`.
import "./admin";
import "./application-roles-and-buckets";
import "./apply-roles";
import "./cross-account-role";
import "./escalations";
import "./machines";
import "./master-role";
import "./operator";
import "./organization";
import "./pipelines";
import "./plan-role";
import "./service-users";
import "./state-buckets";

// Some tests ask for hundreds of actions.
jest.setTimeout(60_000);
