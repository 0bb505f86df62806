import type { Finder } from "./finder";
import { BUCKETS } from "./finders/buckets";
import { DATABASE } from "./finders/database";
import { IAM } from "./finders/iam";
import { IAM_OWNERS } from "./finders/iam-owners";
import { IDENTITY_CENTER } from "./finders/identity-center";
import { KEYS_AND_ALARMS } from "./finders/keys-and-alarms";
import { LOGS } from "./finders/logs";
import { NETWORK } from "./finders/network";
import { ORGANIZATION } from "./finders/organization";
import { SECURITY_GROUPS } from "./finders/security-groups";
import { SETTINGS } from "./finders/settings";

const SERVICES = [
  ...[NETWORK, SECURITY_GROUPS, LOGS, DATABASE, IAM, IAM_OWNERS, BUCKETS, KEYS_AND_ALARMS, SETTINGS],
  ...[ORGANIZATION, IDENTITY_CENTER],
];

/** Finders by Terraform's type. */
export const FINDERS: ReadonlyMap<string, Finder> = new Map(SERVICES.flatMap((each) => Object.entries(each)));

const WRITTEN_AGAIN = "the provider cannot import it: an apply sets it again, and the plan lists a value that differs";

/** Types that Terraform cannot import, with the reason. They have no name that could be taken. */
export const NOT_IMPORTED: Readonly<Record<string, string>> = {
  aws_ec2_image_block_public_access: WRITTEN_AGAIN,
  aws_ec2_instance_metadata_defaults: WRITTEN_AGAIN,
  aws_guardduty_detector_feature: "the provider cannot import it: an apply turns the feature off again",
};
