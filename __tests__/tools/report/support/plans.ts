import { finishPlanFolder } from "../../../../tools/plans/plan-folder";
import { manifestText, planId } from "../../../../tools/plans/manifest";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writePlanFolder, type PlannedStack } from "../../plans/support/plan-folders";
import { created, destroyed, planOf, replaced, updated } from "../../review/support/plans";

/** Texts that would be code, leave their attribute, or read otherwise, if a page showed them as they are. */
export const HOSTILE = `</script><script>alert("x")</script>"'><img src=x onerror=alert(1)> javascript:alert(1) \u202Etxt.exe`;

export const PASSWORD = "correct-horse-battery-staple";

const database = { identifier: "dev-irl-galileo", engine: "postgres", storage_encrypted: false, password: PASSWORD };
const group = { name: "dev-irl-galileo-web", description: "web" };

/** A plan with something of each kind that a reviewer must see. */
export const REVIEWED: Readonly<Record<string, PlannedStack>> = {
  "dev-network": {
    plan: planOf([
      updated(
        "aws_security_group.web",
        { ...group, ingress: [] },
        {
          ...group,
          ingress: [{ cidr_blocks: ["0.0.0.0/0"], from_port: 22, to_port: 22, protocol: "tcp", description: HOSTILE }],
        },
      ),
      created("aws_subnet.extra", { cidr_block: "10.0.15.0/24", tags: { Name: HOSTILE } }),
    ]),
  },
  "dev-database": {
    plan: planOf([
      replaced("aws_db_instance.database", database, { ...database, password: `${PASSWORD}-2`, storage_encrypted: true }, {
        replace_paths: [["storage_encrypted"]],
        before_sensitive: { password: true },
        after_sensitive: { password: true },
      }), // prettier-ignore
    ]),
  },
  "prod-application": {
    plan: planOf([
      created("aws_s3_bucket.reports", { bucket: "555555555555-prod-irl-galileo-reports" }),
      destroyed("aws_cloudwatch_log_group.old", { name: "/old" }),
    ]),
  },
  "ci-iam": { status: "no changes" },
  "ci-network": { status: "waiting", reasons: [`dev-network is not applied yet ${HOSTILE}`] },
};

/** A plan that only creates something that grants and opens nothing. */
export const SAFE: Readonly<Record<string, PlannedStack>> = {
  "dev-network": { plan: planOf([created("aws_subnet.extra", { cidr_block: "10.0.15.0/24" })]) },
};

/** Writes a whole plan folder, as the plan command does. The same plan is written again. Returns its path. */
export async function writeWholePlan(parent: string, planned: Readonly<Record<string, PlannedStack>>): Promise<string> {
  const { folder, manifest } = await writePlanFolder(parent, planned);
  writeFileSync(join(folder, "manifest.json"), manifestText(manifest));
  rmSync(join(parent, planId(manifest)), { recursive: true, force: true });
  return finishPlanFolder(folder, manifest);
}
