import type { Estate, PipelineService } from "../../../config/model";
import { roleArn } from "../../../config/naming";
import { listOf, parsePolicy, type PolicyDocument, type RenderedStatement } from "../policy";
import type { Resource, StackReader } from "../stack-reader";
import { addressIn, textsIn, type Law, added, lacking, changed } from "./law";

interface Found {
  readonly stack: StackReader;
  readonly resource: Resource;
  readonly attribute: string;
  readonly text: string;
  readonly document: PolicyDocument;
}

/** All policy documents of the stacks. A document that does not parse has no statements: `readable` reports it. */
export function documentsIn(stacks: readonly StackReader[]): Found[] {
  return stacks.flatMap((stack) =>
    stack.resources.flatMap((resource) =>
      [...textsIn(resource.values)]
        .filter(
          ({ key, text }) =>
            (key.endsWith("policy") || (key === "content" && resource.type === "aws_organizations_policy")) &&
            /^\s*\{/.test(text) &&
            resource.type !== "aws_ecr_lifecycle_policy",
        )
        .map(({ key: attribute, text }) => ({ stack, resource, attribute, text, document: readOrEmpty(text) })),
    ),
  );
}

function readOrEmpty(text: string): PolicyDocument {
  try {
    return parsePolicy(text);
  } catch {
    return { Statement: [] };
  }
}

const trustsIn = (stacks: readonly StackReader[]) =>
  documentsIn(stacks)
    .filter(({ attribute }) => attribute === "assume_role_policy")
    .flatMap(({ stack, resource, document }) =>
      document.Statement.map((statement) => ({ where: `${stack.id} ${resource.address}`, statement })),
    );

function principalsOf({ Principal }: RenderedStatement): string[] {
  if (Principal === undefined) return [];
  return Principal === "*" ? ["*"] : Object.values(Principal).flatMap(listOf);
}

export const conditionOf = ({ Condition }: RenderedStatement, operator: string, key: string) =>
  listOf(Condition?.[operator]?.[key]);

const noKeys: Law = {
  name: "Terraform creates no access key, no console login and no group",
  violations: ({ stacks }) =>
    stacks.flatMap(({ id, resources }) =>
      resources
        .filter(({ type }) =>
          /^aws_iam_(access_key|user_login_profile|group|user_group_membership|service_specific_credential|user_ssh_key)/.test(
            type,
          ),
        )
        .map(({ address }) => `${id} has ${address}`),
    ),
  breaches: Object.fromEntries(
    [
      "aws_iam_access_key",
      "aws_iam_user_login_profile",
      "aws_iam_group",
      "aws_iam_group_membership",
      "aws_iam_user_group_membership",
    ].map((type) => [`a resource ${type}`, added("dev-iam", type, {})]),
  ) satisfies Law["breaches"],
};

/** The users of an account that keep their names and paths. */
const keptUsers = ({ accounts }: Estate, stack: string): readonly string[] =>
  Object.values(accounts.find(({ name }) => stack === `${name}-iam`)?.existing ?? {}).flatMap(
    ({ user }) => user?.split("/").at(-1) ?? [],
  );

const boundedUsers: Law = {
  name: "every user is a service user unless it exists elsewhere, with a permissions boundary and no inline policy",
  violations: ({ estate, stacks }) =>
    stacks.flatMap((stack) => [
      ...stack.all("aws_iam_user_policy").map(({ address }) => `${stack.id} has ${address}`),
      ...stack
        .all("aws_iam_user")
        .flatMap(({ address, values }) => [
          ...(values["path"] === "/service/" || keptUsers(estate, stack.id).includes(String(values["name"]))
            ? []
            : [`${stack.id} ${address} is outside /service/`]),
          ...(values["permissions_boundary"] ? [] : [`${stack.id} ${address} has no boundary`]),
        ]),
    ]),
  breaches: {
    "a user without boundary": lacking("dev-iam", "aws_iam_user", "permissions_boundary"),
    "a user with another path": lacking("dev-iam", "aws_iam_user", "path"),
    "an inline policy": added("dev-iam", "aws_iam_user_policy", {}),
  },
};

const trustSomebody: Law = {
  name: "every role trusts named principals only, with the usual action",
  violations: ({ stacks }) =>
    trustsIn(stacks).flatMap(({ where, statement }) => [
      ...(statement.Effect === "Deny" ||
      (principalsOf(statement).length > 0 && !principalsOf(statement).some((principal) => principal.includes("*")))
        ? []
        : [`${where} trusts anyone`]),
      ...(listOf(statement.Action).every((action) => /^sts:AssumeRole(WithWebIdentity)?$/.test(action)) &&
      !statement.NotAction
        ? []
        : [`${where} allows more than being assumed`]),
    ]),
  breaches: {
    "a role for everyone": (stack) => {
      const editor = stack("dev-application");
      editor.editPolicy(editor.first("aws_iam_role"), "assume_role_policy", ({ Statement: [statement] }) =>
        Object.assign(statement ?? {}, { Principal: "*" }),
      );
    },
    "a role for every AWS account": (stack) => {
      const editor = stack("dev-application");
      editor.editPolicy(editor.first("aws_iam_role"), "assume_role_policy", ({ Statement: [statement] }) =>
        Object.assign(statement ?? {}, { Principal: { AWS: ["*"] } }),
      );
    },
    "a role with any action": (stack) => {
      const editor = stack("dev-application");
      editor.editPolicy(editor.first("aws_iam_role"), "assume_role_policy", ({ Statement: [statement] }) =>
        Object.assign(statement ?? {}, { Action: "sts:*" }),
      );
    },
  },
};

const rootsWithExternalId: Law = {
  name: "a trusted account must present an ExternalId, except for machines that plan, which are trusted by name",
  violations: ({ estate, stacks }) =>
    trustsIn(stacks)
      .filter(({ statement }) => principalsOf(statement).some((principal) => /:root$|^\d{12}$/.test(principal)))
      .filter(({ where, statement }) => {
        const planners = estate.environments.map(({ account, deploymentRole }) => roleArn(account.id, deploymentRole));
        const named = conditionOf(statement, "ArnEquals", "aws:PrincipalArn");
        const machines = /^[\w-]+-bootstrap /.test(where) && named.every((arn) => planners.includes(arn));
        return conditionOf(statement, "StringEquals", "sts:ExternalId").length !== 1 && !(machines && named.length > 0);
      })
      .map(({ where }) => `${where} trusts an account without ExternalId`),
  breaches: {
    "a plan role for every role of an account": (stack) => {
      const editor = stack("dev-bootstrap");
      editor.editPolicy(editor.at("pipeline/plan/role"), "assume_role_policy", ({ Statement }) => {
        for (const { Condition } of Statement)
          if (Condition?.["ArnEquals"])
            Condition["ArnEquals"]["aws:PrincipalArn"] = ["arn:aws:iam::222222222222:role/*"];
      });
    },
    ...Object.fromEntries(
      ["dev-master-role", "dev-member-analytics", "prod-master-role", "prod-member-analytics"].map((id) => [
        `${id} without it`,
        (stack) => {
          const editor = stack(id);
          editor.editPolicy(
            editor.first("aws_iam_role"),
            "assume_role_policy",
            ({ Statement: [statement] }) => delete statement?.Condition?.["StringEquals"],
          );
        },
      ]),
    ),
  } satisfies Law["breaches"],
};

const productionSecret: Law = {
  name: "no production environment uses the well-known ExternalId",
  violations: ({ estate, stacks }) =>
    trustsIn(
      stacks.filter(({ defaultTags }) =>
        estate.environments.some(({ name, production }) => production && name === defaultTags["Environment"]),
      ),
    )
      .filter(({ statement }) => conditionOf(statement, "StringEquals", "sts:ExternalId").includes("galileo"))
      .map(({ where }) => `${where} accepts the default ExternalId`),
  breaches: {
    "the default ExternalId": (stack) => {
      const editor = stack("prod-master-role");
      editor.editPolicy(editor.first("aws_iam_role"), "assume_role_policy", ({ Statement: [statement] }) => {
        Object.assign(statement?.Condition?.["StringEquals"] ?? {}, { "sts:ExternalId": "galileo" });
      });
    },
  },
};

const peopleWithMfa: Law = {
  name: "people must use MFA to assume a role, by an explicit condition, and are users: no session of a role has MFA",
  violations: ({ stacks }) => [
    ...trustsIn(stacks.filter(({ id }) => id.endsWith("-iam")))
      .filter(({ statement }) => typeof statement.Principal === "object" && "AWS" in statement.Principal)
      .filter(({ statement }) => conditionOf(statement, "Bool", "aws:MultiFactorAuthPresent").join() !== "true")
      .map(({ where }) => `${where} trusts people without MFA`),
    ...trustsIn(stacks)
      .filter(({ statement }) => conditionOf(statement, "Bool", "aws:MultiFactorAuthPresent").length > 0)
      .flatMap(({ where, statement }) =>
        principalsOf(statement)
          .filter((arn) => !arn.includes(":user/"))
          .map((arn) => `${where} demands MFA of ${arn}, which is no user`),
      ),
    ...documentsIn(stacks)
      .filter(({ text }) => /IfExists"[^}]*MultiFactorAuth/.test(text))
      .map(
        ({ stack, resource }) => `${stack.id} ${resource.address} requires MFA only if the request contains the key`,
      ),
  ],
  breaches: {
    "no MFA": (stack) => {
      const editor = stack("partner-lab-iam");
      editor.editPolicy(
        editor.at("operator/role/role"),
        "assume_role_policy",
        ({ Statement: [statement] }) => delete statement?.Condition,
      );
    },
    "MFA of a role": (stack) => {
      const editor = stack("partner-lab-iam");
      editor.editPolicy(editor.at("admin/role/role"), "assume_role_policy", ({ Statement: [statement] }) => {
        Object.assign(statement ?? {}, { Principal: { AWS: "arn:aws:iam::111111111111:role/leads" } });
      });
    },
    "MFA only if the request contains the key": (stack) => {
      const editor = stack("partner-lab-iam");
      editor.editPolicy(editor.at("admin/role/role"), "assume_role_policy", ({ Statement: [statement] }) => {
        Object.assign(statement ?? {}, {
          Condition: {
            Bool: { "aws:MultiFactorAuthPresent": "true" },
            BoolIfExists: { "aws:MultiFactorAuthPresent": "true" },
          },
        });
      });
    },
  },
};

/** The subjects of jobs that may apply. */
const APPLYING: Readonly<Record<PipelineService["name"], RegExp>> = {
  github: /^repo:[^*?]+:environment:[^*?]+$/,
  gitlab: /^project_(path|id):[^:*?]+:ref_type:branch:ref:[^*?]+$/,
  "azure-devops": /^sc:\/\/[^*?]+-apply-[^*?]+$/,
};

/** Whether a statement trusts only jobs of a service that may apply, by complete subjects. */
function isForJobs(statement: RenderedStatement, { name, issuer, audience }: PipelineService): boolean {
  const subjects = conditionOf(statement, "StringEquals", `${issuer}:sub`);
  const { Principal = {} } = statement;
  const provider = Principal === "*" ? [] : listOf(Principal["Federated"]);
  return (
    Object.keys(Principal).join() === "Federated" &&
    provider.length > 0 &&
    provider.every((arn) => arn.endsWith(`:oidc-provider/${issuer}`)) &&
    conditionOf(statement, "StringEquals", `${issuer}:aud`).join() === audience &&
    subjects.length > 0 &&
    subjects.every((subject) => APPLYING[name].test(subject))
  );
}

const applyByPipelinesOnly: Law = {
  name: "only jobs of its GitHub environment, main branch or service connection may assume an apply role, and machines may only plan",
  violations: ({ estate, stacks }) =>
    documentsIn(stacks)
      .filter(({ attribute }) => attribute === "assume_role_policy")
      .filter(({ resource }) => String(resource.values["name"]).startsWith(`${estate.solution}-pipeline-apply-`))
      .flatMap(({ stack, resource, document }) =>
        document.Statement.filter(
          (statement) => !estate.pipelines.some((service) => isForJobs(statement, service)),
        ).map(() => `${stack.id} ${resource.address} may be assumed by others`),
      )
      .concat(
        estate.environments.flatMap(({ name, deploymentRole }) => {
          const stack = stacks.find(({ id }) => id === `${name}-application`);
          const role = stack?.all("aws_iam_role").find(({ values }) => values["name"] === deploymentRole);
          const policies = (stack?.all("aws_iam_role_policy") ?? []).filter(
            ({ values }) => addressIn(values["role"]) === role?.address,
          );
          const attached = (stack?.all("aws_iam_role_policy_attachment") ?? []).filter(
            ({ values }) => addressIn(values["role"]) === role?.address,
          );
          const allowed = policies.flatMap(({ values }) => parsePolicy(String(values["policy"])).Statement);
          const planOnly = allowed.every(
            ({ Action, Resource, NotResource }) =>
              listOf(Action).join() === "sts:AssumeRole" &&
              NotResource === undefined &&
              listOf(Resource).every((arn) => arn.endsWith(`:role/${estate.solution}-pipeline-plan`)),
          );
          const sessionsOnly = attached.every(
            ({ values }) => values["policy_arn"] === "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
          );
          return role && planOnly && sessionsOnly
            ? []
            : [`${name}-application has a machine that may do more than plan`];
        }),
      ),
  breaches: {
    "a machine that may apply": (stack) => {
      const editor = stack("dev-application");
      editor.editPolicy(editor.at("deployment/profile/role/inline-plan"), "policy", ({ Statement: [statement] }) =>
        Object.assign(statement ?? {}, { Resource: "arn:aws:iam::222222222222:role/galileo-pipeline-apply-dev" }),
      );
    },
    "a machine that is an administrator": changed(
      "dev-application",
      "deployment/profile/role/managed-session-manager",
      { policy_arn: "arn:aws:iam::aws:policy/AdministratorAccess" },
    ),
    "an apply role for a machine": (stack) => {
      const editor = stack("dev-bootstrap");
      editor.editPolicy(editor.at("pipeline/apply-dev/role"), "assume_role_policy", ({ Statement }) =>
        Statement.push({
          Sid: "Machines",
          Effect: "Allow",
          Action: "sts:AssumeRole",
          Principal: { AWS: "arn:aws:iam::222222222222:role/dev-irl-galileo-deployment" },
        }),
      );
    },
    "an apply role for any branch": (stack) => {
      const editor = stack("dev-bootstrap");
      editor.editPolicy(editor.at("pipeline/apply-dev/role"), "assume_role_policy", ({ Statement: [statement] }) => {
        Object.assign(statement?.Condition?.["StringEquals"] ?? {}, {
          "token.actions.githubusercontent.com:sub": "repo:example-org/aws-estate:*",
        });
      });
    },
  },
};

const nothingBeside: Law = {
  name: "every role and user has exactly the policies in the code, and apply removes others",
  violations: ({ stacks }) =>
    stacks.flatMap((stack) =>
      [...stack.all("aws_iam_role"), ...stack.all("aws_iam_user")].flatMap(({ type, address }) => {
        const owner = type === "aws_iam_role" ? "role" : "user";
        const attachedTo = (kind: string) =>
          stack
            .all(`aws_iam_${owner}_${kind}`)
            .filter(({ values }) => addressIn(values[owner]) === address)
            .map((made) => made.address)
            .sort();
        const listed = (kind: string, attribute: string) => {
          const exclusive = stack
            .all(`aws_iam_${owner}_${kind}_exclusive`)
            .find(({ values }) => addressIn(values[`${owner}_name`]) === address);
          return (
            exclusive &&
            (exclusive.values[attribute] as unknown[])
              .map((reference) => addressIn(reference) ?? String(reference))
              .sort()
          );
        };
        return [
          ...(String(listed("policies", "policy_names")) === String(attachedTo("policy")) &&
          listed("policies", "policy_names")
            ? []
            : [`${stack.id} ${address} may have other inline policies`]),
          ...(String(listed("policy_attachments", "policy_arns")) === String(attachedTo("policy_attachment")) &&
          listed("policy_attachments", "policy_arns")
            ? []
            : [`${stack.id} ${address} may have other managed policies`]),
        ];
      }),
    ),
  breaches: {
    "no exclusive inline policies": (stack) => {
      stack("dev-iam").remove("aws_iam_role_policies_exclusive");
    },
    "no exclusive managed policies": (stack) => {
      stack("dev-iam").remove("aws_iam_role_policy_attachments_exclusive");
    },
    "no exclusive user policies": (stack) => {
      stack("dev-iam").remove("aws_iam_user_policies_exclusive");
    },
    "a policy that the exclusive attachments lack, and would remove": changed(
      "dev-application",
      "aws_iam_role_policies_exclusive",
      { policy_names: [] },
    ),
  },
};

const nothingWhole: Law = {
  name: "no managed policy of this project allows all actions, or all actions except some",
  violations: ({ stacks }) =>
    documentsIn(stacks)
      .filter(({ document }) =>
        document.Statement.some(
          ({ Effect, Action, NotAction, Principal }) =>
            Effect === "Allow" &&
            (NotAction !== undefined || Principal === "*" || listOf(Action).some((action) => action.startsWith("*"))),
        ),
      )
      .map(({ stack, resource }) => `${stack.id} ${resource.address} allows all actions`),
  breaches: {
    "all actions": (stack) => {
      const editor = stack("dev-iam");
      editor.editPolicy(editor.first("aws_iam_role_policy"), "policy", ({ Statement }) =>
        Statement.push({ Effect: "Allow", Action: "*", Resource: "*" }),
      );
    },
    "all actions except some": (stack) => {
      const editor = stack("dev-iam");
      editor.editPolicy(editor.first("aws_iam_role_policy"), "policy", ({ Statement }) =>
        Statement.push({ Effect: "Allow", NotAction: "iam:*", Resource: "*" }),
      );
    },
  },
};

export const IAM_LAWS = [
  noKeys,
  boundedUsers,
  trustSomebody,
  rootsWithExternalId,
  productionSecret,
  peopleWithMfa,
  nothingBeside,
  applyByPipelinesOnly,
  nothingWhole,
];
