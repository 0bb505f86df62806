import { isDeepStrictEqual } from "node:util";
import { parsePolicy } from "../policy";
import { isProtected, settingOf } from "./data";
import { conditionOf } from "./iam";
import { addressIn, textOf, lawOfControls, type Law, changed, lacking } from "./law";
import type { Values } from "../stack-reader";

const lockedTrails: Law = {
  name: "every trail records all regions, into a bucket where nobody can delete its log files",
  violations: ({ estate, stacks }) =>
    stacks.flatMap((stack) =>
      stack.all("aws_cloudtrail").flatMap(({ address, values }) => {
        const recorded = estate.accounts.find(({ name }) => `${name}-iam` === stack.id)?.trail?.recordedBuckets;
        // Another stack may have the bucket that it names.
        const named = ({ values: { bucket } }: { readonly values: Values }) => bucket === values["s3_bucket_name"];
        const home = stacks.find((each) => each.all("aws_s3_bucket").some(named)) ?? stack;
        // By the policy, without which AWS refuses the trail.
        const policy = stack
          .all("aws_s3_bucket_policy")
          .find((each) => addressIn(values["s3_bucket_name"]) === each.address);
        const bucket = home
          .all("aws_s3_bucket")
          .find((each) => addressIn(policy?.values["bucket"]) === each.address || named(each));
        const lock = bucket && settingOf(home, "aws_s3_bucket_object_lock_configuration", "bucket", bucket);
        const rule = lock?.["rule"] as { default_retention?: { days?: number } } | undefined;
        return Object.entries({
          "records one region": values["is_multi_region_trail"] !== true,
          "records data events, which cost money and are not asked for": Boolean(
            values["event_selector"] ?? (recorded ? undefined : values["advanced_event_selector"]),
          ),
          "has a bucket in which anyone may delete":
            !((rule?.default_retention?.days ?? 0) > 0) || bucket?.values["object_lock_enabled"] !== true,
          "has a bucket that Terraform may destroy": !bucket || !isProtected(bucket),
        })
          .filter(([, broken]) => broken)
          .map(([what]) => `${stack.id} ${address} ${what}`);
      }),
    ),
  breaches: {
    "one region": changed("dev-iam", "aws_cloudtrail", { is_multi_region_trail: false }),
    "data events": changed("dev-iam", "aws_cloudtrail", { event_selector: [{ include_management_events: true }] }),
    "no lock": (stack) => {
      stack("dev-iam").remove("aws_s3_bucket_object_lock_configuration");
    },
    "a lock of an invalid length": lacking("master-organization", "trail/bucket/bucket", "object_lock_enabled"),
    "a bucket that may be destroyed": lacking("master-organization", "trail/bucket/bucket", "lifecycle"),
  },
};

const validatedTrails = lawOfControls(
  "every trail validates its log files, and logs access to its bucket",
  ["CloudTrail.4", "CloudTrail.7"],
  {
    "no log file validation": lacking("master-organization", "aws_cloudtrail", "enable_log_file_validation"),
    "no access log": (stack) => {
      stack("dev-iam").remove("aws_s3_bucket_logging");
    },
  },
);

const encryptedTopics: Law = {
  name: "every topic requires TLS and, if it reports use of Admin, is encrypted with a customer managed key that only its publishers can use",
  violations: ({ stacks }) =>
    stacks.flatMap((stack) =>
      stack.all("aws_sns_topic").flatMap(({ address, values }) => {
        const key = stack.all("aws_kms_key").find((each) => addressIn(values["kms_master_key_id"]) === each.address);
        const policy = stack.all("aws_sns_topic_policy").find((each) => addressIn(each.values["arn"]) === address);
        const { Statement } = parsePolicy(textOf(policy?.values["policy"]));
        const reportsAdmin = stack
          .all("aws_cloudwatch_event_rule")
          .some((rule) => !String(rule.values["event_pattern"]).includes('"Root"'));
        return Object.entries({
          "is not encrypted with a customer managed key": reportsAdmin && !key,
          "accepts messages without TLS": !Statement.some(
            ({ Effect, Condition }) => Effect === "Deny" && Condition?.["Bool"]?.["aws:SecureTransport"] === "false",
          ),
          "allows anyone to publish": Statement.some(
            ({ Effect, Condition }) => Effect === "Allow" && !Condition?.["ArnEquals"],
          ),
        })
          .filter(([, broken]) => broken)
          .map(([what]) => `${stack.id} ${address} ${what}`);
      }),
    ),
  breaches: {
    "AWS's own key, which EventBridge cannot use": changed("prod-iam", "aws_sns_topic", {
      kms_master_key_id: "alias/aws/sns",
    }),
    "no key": lacking("prod-iam", "aws_sns_topic", "kms_master_key_id"),
    "no policy": (stack) => {
      stack("prod-iam").remove("aws_sns_topic_policy");
    },
    "any publisher": (stack) => {
      const editor = stack("prod-iam");
      editor.editPolicy(editor.first("aws_sns_topic_policy"), "policy", ({ Statement }) => {
        for (const statement of Statement) if (statement.Effect === "Allow") delete statement.Condition;
      });
    },
  },
};

const reportedUse: Law = {
  name: "production accounts report use of Admin and root, and Admin can be assumed only in regions with an alarm",
  violations: ({ estate, stacks }) =>
    estate.accounts
      .filter(({ hosts }) => hosts.some(({ production }) => production))
      .flatMap((account) => {
        const stack = stacks.find(({ id }) => id === `${account.name}-iam`);
        if (!stack) return [`${account.name}-iam does not exist`];
        const regions = [...new Set([account.region, "us-east-1"])];
        const heard = (region: string, what: RegExp) =>
          stack
            .all("aws_cloudwatch_event_rule")
            .filter((rule) => stack.regionOf(rule) === region && what.test(String(rule.values["event_pattern"])))
            .filter(({ values }) => values["state"] === "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS")
            .some((rule) =>
              stack
                .all("aws_cloudwatch_event_target")
                .filter(
                  ({ values }) => addressIn(values["rule"]) === rule.address && stack.regionOf({ values }) === region,
                )
                .some(({ values }) =>
                  stack.all("aws_sns_topic_subscription").some((mail) => mail.values["topic_arn"] === values["arn"]),
                ),
            );
        const trust = parsePolicy(String(stack.at("admin/role/role")["assume_role_policy"]));
        const limited = trust.Statement.every(
          (statement) =>
            conditionOf(statement, "StringEquals", "aws:RequestedRegion").every((region) => regions.includes(region)) &&
            conditionOf(statement, "StringEquals", "aws:RequestedRegion").length > 0,
        );
        return [
          ...regions.flatMap((region) => [
            ...(heard(region, new RegExp(`AssumeRole.*${account.id}:role/Admin"`))
              ? []
              : [`${stack.id} has no alarm for Admin in ${region}`]),
            ...(heard(region, /"Root"/) ? [] : [`${stack.id} has no alarm for root in ${region}`]),
          ]),
          ...(limited ? [] : [`${stack.id} has an Admin that can be assumed in regions without an alarm`]),
        ];
      }),
  breaches: {
    "no rules": (stack) => {
      stack("prod-iam").remove("aws_cloudwatch_event_rule");
    },
    "rules that miss read-only events": (stack) => {
      const { json } = stack("prod-iam");
      for (const rule of Object.values(json.resource?.["aws_cloudwatch_event_rule"] ?? {})) rule["state"] = "ENABLED";
    },
    "no subscription": (stack) => {
      stack("prod-iam").remove("aws_sns_topic_subscription");
    },
    "an Admin of another account": (stack) => {
      const { json } = stack("prod-iam");
      for (const rule of Object.values(json.resource?.["aws_cloudwatch_event_rule"] ?? {}))
        rule["event_pattern"] = String(rule["event_pattern"]).replaceAll("555555555555:role", "222222222222:role");
    },
    "an Admin for every region": (stack) => {
      const editor = stack("prod-iam");
      editor.editPolicy(editor.at("admin/role/role"), "assume_role_policy", ({ Statement: [statement] }) => {
        delete statement?.Condition?.["StringEquals"];
      });
    },
    "rules in one region only": (stack) => {
      const { json } = stack("prod-iam");
      const rules = json.resource?.["aws_cloudwatch_event_rule"] ?? {};
      for (const [name, rule] of Object.entries(rules)) if (rule["provider"]) Reflect.deleteProperty(rules, name);
    },
  },
};

const reportedRoot: Law = {
  name: "every account reports the sign-ins of root, which are events of us-east-1",
  violations: ({ estate, stacks }) =>
    estate.accounts.flatMap(({ id, name }) => {
      const stack = stacks.find((each) => each.id === `${name}-iam`);
      const isReported = stack
        ?.all("aws_cloudwatch_event_rule")
        .filter(({ values }) => stack.regionOf({ values }) === "us-east-1")
        .some(({ values }) => {
          const { userIdentity } = (JSON.parse(String(values["event_pattern"])) as { detail: Values }).detail;
          return isDeepStrictEqual(userIdentity, { type: ["Root"], accountId: [id] });
        });
      return isReported ? [] : [`${name}-iam does not report root`];
    }),
  breaches: {
    "no rule": (stack) => {
      stack("dev-iam").remove("aws_cloudwatch_event_rule");
    },
    "a rule for another account": (stack) => {
      const rule = stack("dev-iam").first("aws_cloudwatch_event_rule");
      rule["event_pattern"] = String(rule["event_pattern"]).replaceAll("222222222222", "333333333333");
    },
    "a rule in the account's own region": (stack) => {
      delete stack("dev-iam").first("aws_cloudwatch_event_rule")["provider"];
    },
  },
};

const keptMembers: Law = {
  name: "Terraform closes no account and removes none from the organization",
  violations: ({ stacks }) =>
    stacks.flatMap((stack) =>
      [...stack.all("aws_organizations_account"), ...stack.all("aws_organizations_organization")]
        .filter(
          ({ values }) =>
            (values["lifecycle"] as Record<string, unknown> | undefined)?.["prevent_destroy"] !== true ||
            values["close_on_deletion"] === true,
        )
        .map(({ address }) => `${stack.id} ${address} may be closed or removed`),
    ),
  breaches: {
    "a member without protection": lacking("master-organization", "aws_organizations_account", "lifecycle"),
    "a member that is closed on deletion": changed("master-organization", "aws_organizations_account", {
      close_on_deletion: true,
    }),
    "an organization without protection": lacking("master-organization", "aws_organizations_organization", "lifecycle"),
  },
};

export const WATCH_LAWS = [lockedTrails, validatedTrails, encryptedTopics, reportedUse, reportedRoot, keptMembers];
