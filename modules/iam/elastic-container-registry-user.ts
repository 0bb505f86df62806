import { Construct } from "constructs";
import type { PolicyStatement } from "./policy-document";
import { ServiceUser, type ExistingUserProps } from "./service-user";

export interface ElasticContainerRegistryUserProps {
  readonly name: string;
  /** ARNs of the repositories for pushing and pulling. Without any, the user can only log in to the registry. */
  readonly repositoryArns: readonly string[];
  /** Patterns of the ARNs of its secrets, or `all` as documented (AWS's `SecretsManagerReadWrite`). */
  readonly secrets: "all" | readonly string[];
  /** For a user that exists. @default a new user */
  readonly existing?: ExistingUserProps;
}

/** The service user of pipelines that push and pull images. */
export class ElasticContainerRegistryUser extends Construct {
  public readonly userArn: string;

  constructor(scope: Construct, id: string, props: ElasticContainerRegistryUserProps) {
    super(scope, id);
    const { name, existing, repositoryArns, secrets } = props;
    const user = new ServiceUser(this, "user", {
      name,
      existing,
      statements: [LOG_IN, ...pushAndPull(repositoryArns), ...(secrets === "all" ? [] : readAndWriteSecrets(secrets))],
      boundary: [
        { sid: "RegistryOnly", actions: ["ecr:*"], resources: ["*"] },
        ...(secrets.length > 0
          ? [{ sid: "SecretsOnly", actions: ["secretsmanager:*"], resources: secrets === "all" ? ["*"] : secrets }]
          : []),
      ],
      managedPolicies: secrets === "all" ? { secrets: "arn:aws:iam::aws:policy/SecretsManagerReadWrite" } : {},
    });
    this.userArn = user.userArn;
  }
}

const LOG_IN: PolicyStatement = { sid: "LogInToTheRegistry", actions: ["ecr:GetAuthorizationToken"], resources: ["*"] };

function pushAndPull(repositoryArns: readonly string[]): PolicyStatement[] {
  if (repositoryArns.length === 0) return [];
  return [
    {
      sid: "PushAndPullImages",
      actions: [
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:CompleteLayerUpload",
        "ecr:DescribeImages",
        "ecr:DescribeRepositories",
        "ecr:GetDownloadUrlForLayer",
        "ecr:InitiateLayerUpload",
        "ecr:ListImages",
        "ecr:PutImage",
        "ecr:UploadLayerPart",
      ],
      resources: repositoryArns,
    },
  ];
}

function readAndWriteSecrets(secretArns: readonly string[]): PolicyStatement[] {
  if (secretArns.length === 0) return [];
  return [
    {
      sid: "ReadAndWriteSecretsOfItsEnvironments",
      actions: [
        "secretsmanager:CreateSecret",
        "secretsmanager:DescribeSecret",
        "secretsmanager:GetSecretValue",
        "secretsmanager:ListSecretVersionIds",
        "secretsmanager:PutSecretValue",
        "secretsmanager:TagResource",
        "secretsmanager:UpdateSecret",
      ],
      resources: secretArns,
    },
  ];
}
