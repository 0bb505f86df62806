import { isDeepStrictEqual } from "node:util";
import { listOf, normalized, parsePolicy, type PolicyDocument, type RenderedStatement } from "../policy";
import type { Values } from "../stack-reader";
import { settingOf } from "./data";
import { accountOf, textOf, type Law, changed, lacking } from "./law";
import { adminArns } from "../../../config/naming";
import { applicationRoleArns } from "../../../config/resolve/environment";

const closedBuckets: Law = {
  name: "only an environment's two application roles and the account's Admin can access the objects in its buckets",
  violations: ({ estate, stacks }) =>
    estate.environments.flatMap((environment) => {
      const stack = stacks.find(({ id }) => id === `${environment.name}-application`);
      if (!stack) return [`${environment.name}-application does not exist`];
      const roles = applicationRoleArns(environment).sort();
      const admins = adminArns(environment.account);
      return stack.all("aws_s3_bucket").flatMap((bucket) => {
        const arn = `arn:aws:s3:::${String(bucket.values["bucket"])}`;
        const policy = textOf(settingOf(stack, "aws_s3_bucket_policy", "bucket", bucket)?.["policy"]);
        const { Statement } = parsePolicy(policy);
        const allowed = Statement.filter(({ Effect }) => Effect === "Allow");
        const closed = Statement.some((statement) =>
          isDeepStrictEqual(normalized(statement), {
            Effect: "Deny",
            Principal: "*",
            Action: ["s3:*"],
            Resource: [`${arn}/*`],
            Condition: { ArnNotLike: { "aws:PrincipalArn": [...admins, ...roles].sort() } },
          }),
        );
        const unlisted = Statement.some(
          ({ Effect, Action, Resource, Condition }) =>
            Effect === "Deny" &&
            listOf(Action).includes("s3:ListBucket") &&
            listOf(Resource).includes(arn) &&
            Object.keys(Condition ?? {}).join() === "ArnNotLike",
        );
        return Object.entries({
          "allows others": !allowed.every(({ Principal }) =>
            isDeepStrictEqual(Principal, { AWS: applicationRoleArns(environment) }),
          ),
          "does not allow its roles": allowed.length === 0,
          "does not deny others": !closed,
          "can be listed by others": !unlisted,
        })
          .filter(([, broken]) => broken)
          .map(([what]) => `${stack.id} ${bucket.address} ${what}`);
      });
    }),
  breaches: Object.fromEntries(
    (
      [
        [
          "an Allow for everyone",
          ({ Statement }) =>
            Statement.push({ ...statementOf(Statement, "RolesListObjects"), Sid: "More", Principal: "*" }),
        ],
        [
          "no Allow statement",
          (document) => (document.Statement = document.Statement.filter(({ Effect }) => Effect === "Deny")),
        ],
        ["no Deny on objects", dropping("NobodyElseReachesObjects")],
        ["no Deny on listing", dropping("NobodyElseListsObjects")],
        [
          "another role with access to objects",
          ({ Statement }) => {
            const { Condition } = statementOf(Statement, "NobodyElseReachesObjects");
            (Condition?.["ArnNotLike"]?.["aws:PrincipalArn"] as string[]).push("arn:aws:iam::222222222222:role/other");
          },
        ],
      ] as [string, (document: PolicyDocument) => unknown][]
    ).map(([what, edit]) => [
      what,
      (stack) => {
        const editor = stack("dev-application");
        editor.editPolicy(editor.first("aws_s3_bucket_policy"), "policy", (document) => void edit(document));
      },
    ]),
  ) satisfies Law["breaches"],
};

function dropping(sid: string) {
  return (document: PolicyDocument) => (document.Statement = document.Statement.filter(({ Sid }) => Sid !== sid));
}

function statementOf(statements: readonly RenderedStatement[], sid: string): RenderedStatement {
  const found = statements.find(({ Sid }) => Sid === sid);
  if (!found) throw new Error(`no statement ${sid} to break`);
  return found;
}

const fixedImages: Law = {
  name: "every image repository has immutable tags, scans pushed images, and expires untagged images",
  violations: ({ stacks }) =>
    stacks.flatMap((stack) =>
      stack.all("aws_ecr_repository").flatMap((repository) => {
        const { address, values } = repository;
        return Object.entries({
          "has mutable tags": values["image_tag_mutability"] !== "IMMUTABLE",
          "does not scan pushed images":
            (values["image_scanning_configuration"] as Values | undefined)?.["scan_on_push"] !== true,
          "never expires images": !settingOf(stack, "aws_ecr_lifecycle_policy", "repository", repository),
        })
          .filter(([, broken]) => broken)
          .map(([what]) => `${stack.id} ${address} ${what}`);
      }),
    ),
  breaches: {
    "mutable tags": changed("dev-application", "aws_ecr_repository", { image_tag_mutability: "MUTABLE" }),
    "no scan": lacking("dev-application", "aws_ecr_repository", "image_scanning_configuration"),
    "no lifecycle policy": (stack) => {
      stack("dev-application").remove("aws_ecr_lifecycle_policy");
    },
  },
};

const namedImages: Law = {
  name: "an account's registry user may push to exactly the image repositories of the account",
  violations: ({ estate, stacks }) =>
    estate.accounts
      .filter(({ serviceUsers }) => serviceUsers.includes("elastic-container-registry-user"))
      .flatMap(({ name, id, existing }) => {
        const { policy = "elastic-container-registry-user" } = existing?.["elastic-container-registry-user"] ?? {};
        const made = stacks
          .filter((stack) => accountOf(stack) === id)
          .flatMap((stack) =>
            stack
              .all("aws_ecr_repository")
              .map(
                (repository) =>
                  `arn:aws:ecr:${stack.regionOf(repository)}:${id}:repository/${String(repository.values["name"])}`,
              ),
          );
        const iam = stacks.find((stack) => stack.id === `${name}-iam`);
        const pushing = (iam?.all("aws_iam_policy") ?? [])
          .filter(({ values }) => values["name"] === policy.split("/").at(-1))
          .flatMap(({ values }) => parsePolicy(String(values["policy"])).Statement)
          .filter(({ Action }) => listOf(Action).includes("ecr:PutImage"))
          .flatMap(({ Resource }) => listOf(Resource));
        return [
          ...made
            .filter((arn) => !pushing.includes(arn))
            .map((arn) => `${name}-iam does not allow its registry user to push to ${arn}`),
          ...pushing
            .filter((arn) => !made.includes(arn))
            .map((arn) => `${name}-iam allows its registry user to push to ${arn}, which does not exist`),
        ];
      }),
  breaches: {
    "a repository with another name": changed("dev-application", "aws_ecr_repository", {
      name: "dev-irl-galileo/another",
    }),
    "a user with push access to every repository": (stack) => {
      const editor = stack("dev-iam");
      editor.editPolicy(editor.at("elastic-container-registry-user/user/policy"), "policy", ({ Statement }) => {
        for (const statement of Statement)
          if (listOf(statement.Action).includes("ecr:PutImage")) statement.Resource = "*";
      });
    },
  },
};

export const APPLICATION_LAWS = [closedBuckets, fixedImages, namedImages];
