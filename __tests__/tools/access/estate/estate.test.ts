// Jest loads all modules for each test file, and would synthesize the estate each time. One file for all subjects takes
// a third of the time. To run one subject: `-t "service users"`.
import "./admin";
import "./application-roles-and-buckets";
import "./apply-roles";
import "./cross-account-role";
import "./escalations";
import "./identity-center";
import "./instances";
import "./master-role";
import "./operator";
import "./organization";
import "./permission-sets";
import "./pipelines";
import "./plan-role";
import "./service-users";
import "./services";
import "./state-buckets";

// Some tests decide hundreds of actions.
jest.setTimeout(60_000);
