import type { PlannedResource } from "./planned-resource";
import type { Finding } from "./review";

/** Types whose names AWS gives only once, with the attributes that must differ from those of every other one. */
export const UNIQUE_NAMES: Readonly<Record<string, readonly string[]>> = {
  aws_security_group: ["name", "vpc_id"],
  aws_db_instance: ["identifier"],
  aws_rds_cluster: ["cluster_identifier"],
  aws_rds_cluster_instance: ["identifier"],
  aws_rds_cluster_parameter_group: ["name"],
  aws_db_parameter_group: ["name"],
  aws_db_subnet_group: ["name"],
  aws_iam_role: ["name"],
  aws_iam_user: ["name"],
  aws_iam_group: ["name"],
  aws_iam_policy: ["name"],
  aws_iam_instance_profile: ["name"],
  aws_identitystore_group: ["display_name", "identity_store_id"],
  aws_organizations_organizational_unit: ["name", "parent_id"],
  aws_organizations_policy: ["name"],
  aws_ssoadmin_permission_set: ["name", "instance_arn"],
  aws_s3_bucket: ["bucket"],
  aws_ecr_repository: ["name"],
  aws_kms_alias: ["name"],
  aws_cloudwatch_log_group: ["name"],
  aws_cloudtrail: ["name"],
  aws_budgets_budget: ["name"],
  aws_lb: ["name"],
  aws_lb_target_group: ["name"],
};

/** Replacements that are created before the old resource is destroyed, with its name: AWS refuses the second one. */
export function takenNames(resources: readonly PlannedResource[]): readonly Finding[] {
  return resources.flatMap(({ address, type, before, after, isCreatedFirst, replacePaths, reason }) => {
    const unique = Object.hasOwn(UNIQUE_NAMES, type) ? (UNIQUE_NAMES[type] ?? []) : [];
    const isTaken = unique.every((name) => !after.at(name).hasUnknown && before.at(name).raw === after.at(name).raw);
    if (!isCreatedFirst || unique.length === 0 || !isTaken) return [];
    const name = after.at(unique[0] ?? "").display;
    if (reason === "replace_because_tainted") {
      return [
        {
          address,
          message: `its creation did not finish, and AWS does not create another ${name} while it exists. To keep it, run terraform untaint ${address} in the folder of the stack (docs/applying.md, "When an apply is killed", step 5), and plan again. Otherwise delete it in AWS.`,
        },
      ];
    }
    const forcing = [...new Set(replacePaths.map(([attribute]) => String(attribute)))].join(", ") || "its replacement";
    return [
      {
        address,
        message: `${forcing}: AWS cannot change it, and the replacement cannot have the name ${name} while the old one exists. Restore the value, or choose another name.`,
      },
    ];
  });
}
