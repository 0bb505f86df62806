import { UserError } from "../../../config/user-error";
import type { Stack } from "../../synth/stacks";

/** How a stack's account is reached. */
type Reached = Pick<Stack, "accountId" | "accessRoleArn">;

/** Variables by which credentials come in that would win over a profile. */
const OTHER_CREDENTIALS = [
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "AWS_ROLE_ARN",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
];

/** Takes other credentials away from this process itself, whose own clients would warn of them: the profile decides. */
export function forgetOtherCredentials(): void {
  for (const name of OTHER_CREDENTIALS) Reflect.deleteProperty(process.env, name);
}

export interface AwsEnvironmentProps {
  /** The name of the account whose credentials a stack needs: its own, or the one that assumes its access role. */
  readonly accountOf: (stack: Reached) => string;
  /**
   * The AWS profile; `{account}` in it stands for that account's name. @default the credentials at hand, for every
   * account
   */
  readonly profile?: string;
  /** What Terraform's CLI configuration adds. */
  readonly cliConfig: NodeJS.ProcessEnv;
  /** @default process.env */
  readonly parent?: NodeJS.ProcessEnv;
}

/** The environment of Terraform, and of our own clients, for each stack that really goes to AWS. */
export function awsEnvironment(props: AwsEnvironmentProps): (stack: Reached) => NodeJS.ProcessEnv {
  const { accountOf, profile, cliConfig, parent = process.env } = props;
  if (profile?.trim() === "") throw new UserError('--profile must name an AWS profile, got ""');
  if (profile === undefined) return () => ({ ...parent, ...cliConfig });
  const kept = Object.fromEntries(Object.entries(parent).filter(([name]) => !OTHER_CREDENTIALS.includes(name)));
  return (stack) => ({ ...kept, AWS_PROFILE: profile.replaceAll("{account}", accountOf(stack)), ...cliConfig });
}
