/*
 * The estate file, as an editor shows it. npm run schema writes this file from config/schema.ts: do not edit it.
 */

type KnownRegion =
  | "af-south-1"
  | "ap-east-1"
  | "ap-east-2"
  | "ap-northeast-1"
  | "ap-northeast-2"
  | "ap-northeast-3"
  | "ap-south-1"
  | "ap-south-2"
  | "ap-southeast-1"
  | "ap-southeast-2"
  | "ap-southeast-3"
  | "ap-southeast-4"
  | "ap-southeast-5"
  | "ap-southeast-6"
  | "ap-southeast-7"
  | "ca-central-1"
  | "ca-west-1"
  | "eu-central-1"
  | "eu-central-2"
  | "eu-north-1"
  | "eu-south-1"
  | "eu-south-2"
  | "eu-west-1"
  | "eu-west-2"
  | "eu-west-3"
  | "il-central-1"
  | "me-central-1"
  | "me-south-1"
  | "mx-central-1"
  | "sa-east-1"
  | "us-east-1"
  | "us-east-2"
  | "us-west-1"
  | "us-west-2";

/** The code of an AWS region. Another text has the type too: the checks decide. */
type Region = KnownRegion | (string & {});

/** An availability zone of a region, which has some of these. */
type Zone = `${KnownRegion}${"a" | "b" | "c" | "d"}` | (string & {});

/** An estate file as it is written: values with a default may be left out. */
export interface EstateInput {
  /**
   * The path of the JSON Schema, for editors.
   * @example "./estate.schema.json"
   */
  $schema?: string;
  /**
   * The name of the whole system, a part of every AWS name.
   * @example "galileo"
   */
  solution: string;
  /**
   * The region of accounts and environments that name no other.
   * @example "eu-west-1"
   */
  defaultRegion: Region;
  /**
   * The charge code of accounts and environments that name no other.
   * @example "platform-0001"
   */
  chargeCode: string;
  /**
   * Whose pipelines may plan and apply: a GitHub repository, or an object with a repository on each of
   * several services. Default: none, without pipeline roles.
   * @example "example-org/aws-estate"
   */
  repository?:
    | string
    | {
        /**
         * The GitHub repository, owner/name. Default: none.
         * @example "example-org/aws-estate"
         */
        github?: string;
        /** The GitLab project. Default: none. */
        gitlab?: {
          /**
           * The path of the project, with its groups.
           * @example "example-group/aws-estate"
           */
          project: string;
          /**
           * The host of your GitLab. AWS must reach it over the internet.
           * @example "gitlab.example.com"
           */
          host?: string;
          /**
           * The claims in the subject of the project's tokens: the same list as
           * `ci_id_token_sub_claim_components` of the project on GitLab. Applies then need the main branch, also
           * protected and a job of a protected environment if the list names these.
           * @example ["project_id","ref_type","ref","ref_protected"]
           */
          subject?: ("project_path" | "project_id" | "ref_type" | "ref" | "ref_protected" | "environment_protected")[];
          /**
           * The id of the project, if `subject` names it. Default: none.
           * @example 57382910
           */
          projectId?: number;
          /** Whether tokens with GitLab's default subject are accepted too: set it while you change the subject. */
          alsoByPath?: boolean;
        };
        /** The Azure DevOps project, with a service connection for each role. Default: none. */
        azureDevOps?: {
          /**
           * The name of the organization, as in `https://dev.azure.com/<organization>`.
           * @example "example-org"
           */
          organization: string;
          /**
           * The id of the organization: `instanceId` at
           * `https://dev.azure.com/<organization>/_apis/connectionData`.
           * @example "11111111-2222-3333-4444-555555555555"
           */
          organizationId: string;
          /**
           * The name of the project, without spaces.
           * @example "aws-estate"
           */
          project: string;
        };
      };
  /**
   * The ids in the tokens of the GitHub repository. Required for repositories that were created, renamed
   * or transferred on or after 2026-07-15: `gh api repos/owner/name --jq '.owner.id, .id'` prints them.
   * Default: none, tokens name the repository without ids.
   * @example {"owner":1000001,"repository":2000002}
   */
  repositoryIds?: {
    /**
     * The id of the owner, a user or an organization.
     * @example 1000001
     */
    owner: number;
    /**
     * The id of the repository.
     * @example 2000002
     */
    repository: number;
    /**
     * Whether tokens that name the repository without ids are accepted too: set it while a repository
     * changes over.
     */
    alsoByName?: boolean;
  };
  /**
   * The branch of the repository whose commits pipelines apply.
   * @example "trunk"
   */
  mainBranch?: string;
  /**
   * The project's file of allowed signers: apply then refuses plans that none of them has signed.
   * Default: none, plans need no signature.
   * @example "config/allowed_signers"
   */
  allowedSigners?: string;
  /**
   * The alternate contacts of every account but invited members: AWS notifies `security` of security
   * problems, `operations` of the health of services, and sends bills to `billing`. Each replaces the
   * one that an account has. Default: none, the accounts' contacts are left alone.
   */
  contacts?: Partial<
    Record<
      "security" | "billing" | "operations",
      {
        /**
         * The name of a person or team, 1 to 64 characters.
         * @example "Security team"
         */
        name: string;
        /**
         * The title of the contact, 1 to 50 characters.
         * @example "Security on call"
         */
        title: string;
        /**
         * The e-mail address of the contact.
         * @example "security@example.com"
         */
        email: string;
        /**
         * The telephone number of the contact: up to 25 digits, spaces and characters of +()-.
         * @example "+1 555 0100"
         */
        phone: string;
      }
    >
  >;
  /**
   * What the pipelines' plan role may read in addition, for resource types of your own stacks. Default:
   * nothing.
   * @example ["glue:GetDatabase","glue:GetTable"]
   */
  planRoleReads?: string[];
  /** AWS Organizations in the master account. Default: {} if the estate has a master account. */
  organization?: {
    /**
     * Whether the organization exists already. Then it is only read, and only this estate's units get its
     * policies.
     */
    existing?: boolean;
    /** Whether the organization has a CloudTrail trail in the master account that covers all its accounts. */
    trail?: boolean;
    /**
     * The account of kind security that stores the log files of the organization's trail. For a new estate
     * only: a trail keeps its bucket. Default: the master account stores them.
     * @example "security"
     */
    trailAccount?: string;
    /**
     * Whether the master account manages the root users of its members: new members have no root password,
     * and administrators of the master account delete root credentials and unlock buckets and queues.
     * Default: true for an organization that the estate creates, false for one that exists.
     * @example false
     */
    centralRootAccess?: boolean;
    /**
     * AWS services with trusted access to the whole organization, in addition to those that the estate's
     * other keys need, such as CloudTrail. Trusted access of any other service is turned off, unless AWS
     * says that the service is in use: then the plan is blocked.
     * @example ["config.amazonaws.com"]
     */
    trustedServices?: string[];
    /**
     * The regions that its member accounts may use. Default: every region in which the estate has stacks.
     * @example ["eu-west-1","us-east-1"]
     */
    allowedRegions?: Region[];
  };
  /**
   * IAM Identity Center, turned on by hand once, for the groups that `operators` and `admins` name.
   * Default: none, only IAM users.
   */
  identityCenter?: {
    /**
     * The account that manages IAM Identity Center: the master account, or its delegated administrator,
     * which cannot assign people to the master account. Default: the master account.
     * @example "master"
     */
    account?: string;
    /**
     * The home region of IAM Identity Center. Default: the region of `account`.
     * @example "eu-west-1"
     */
    region?: Region;
    /**
     * The groups that the project creates, by display name, with these members. Members that somebody adds
     * by hand stay. Any other group that an account names exists already: somebody created it, or the
     * identity source provisions it (SCIM).
     * @example {"platform-leads":{"members":["lead@example.com"]}}
     */
    groups?: Record<
      string,
      {
        /**
         * The description of the group. Default: none.
         * @example "People who run the platform"
         */
        description?: string;
        /**
         * The user names of its members. The users exist already.
         * @example ["engineer@example.com"]
         */
        members: string[];
      }
    >;
  };
  /** OpenSearch at Aiven, outside AWS ([page](beyond-aws.md)). Default: none. */
  search?: {
    /**
     * The account whose bucket stores the state, among its account-wide stacks: its approvers approve
     * changes. To change it later, move the state first.
     * @example "prod"
     */
    account: string;
    /**
     * The organization or unit that the projects belong to, by its id at Aiven. Default: none.
     * @example "org1a23f456789"
     */
    parentId?: string;
    /**
     * The id of the billing group of the projects. Default: none.
     * @example "11111111-2222-4333-8444-555555555555"
     */
    billingGroup?: string;
    /**
     * Who gets Aiven's alerts about the projects.
     * @example ["search@example.com"]
     */
    technicalEmails: string[];
    /** The projects at Aiven by name. */
    projects: Record<
      string,
      {
        /**
         * The name of the project, unique among all customers of Aiven. It cannot change.
         * @example "example-search-dev"
         */
        project: string;
        /**
         * The environment that uses it, for its tags and its secret. Default: none or several.
         * @example "dev"
         */
        environment?: string;
        /**
         * Its charge code. Default: that of the environment, otherwise of the estate.
         * @example "platform-0002"
         */
        chargeCode?: string;
        /**
         * Where new services run. Default: `aws-` and the region of the environment, or of the estate.
         * @example "aws-eu-west-2"
         */
        cloud?: string;
        /** Whether it exists already, and Terraform imports it. */
        existing?: boolean;
        /**
         * OpenSearch services by name. Aiven's provider writes the password of their first user into the
         * state: leave out what a service broker creates.
         */
        services?: Record<
          string,
          {
            /**
             * Aiven's plan of the service. It costs money.
             * @example "business-4"
             */
            plan: string;
            /**
             * The version of OpenSearch. Default: the one that Aiven chooses.
             * @example "2"
             */
            version?: string;
            /** Whether Aiven refuses to delete it. */
            terminationProtection?: boolean;
            /**
             * The IPv4 networks that reach it.
             * @example ["198.51.100.0/24"]
             */
            ipFilter: string[];
            /** Whether it exists already, and Terraform imports it. */
            existing?: boolean;
          }
        >;
      }
    >;
  };
  /** Single sign-on at Microsoft and Google, outside AWS ([page](beyond-aws.md)). Default: none. */
  singleSignOn?: {
    /** Applications of Microsoft Entra ID (Azure Active Directory). Default: none. */
    microsoft?: {
      /**
       * The account whose bucket stores the state, among its account-wide stacks: its approvers approve
       * changes. To change it later, move the state first.
       * @example "prod"
       */
      account: string;
      /**
       * The id of the tenant of Microsoft Entra ID. Terraform acts in no other.
       * @example "00000000-0000-4000-8000-000000000000"
       */
      tenantId: string;
      /** The applications by name. */
      applications: Record<
        string,
        {
          /**
           * The name of the application that people see.
           * @example "Example sign-in (dev)"
           */
          displayName: string;
          /**
           * The environment that uses it, for its tags and its secret. Default: none or several.
           * @example "dev"
           */
          environment?: string;
          /**
           * Its charge code. Default: that of the environment, otherwise of the estate.
           * @example "platform-0002"
           */
          chargeCode?: string;
          /** Whose accounts sign in: those of the tenant, of every tenant, or personal ones too. */
          audience?: "AzureADMyOrg" | "AzureADMultipleOrgs" | "AzureADandPersonalMicrosoftAccount";
          /**
           * Where Microsoft sends people after they sign in.
           * @example ["https://login.example.com/oauth/callback"]
           */
          redirectUris: string[];
          /** Claims that tokens have in addition. Default: none. */
          optionalClaims?: {
            /**
             * Claims in ID tokens.
             * @example ["email"]
             */
            idToken?: string[];
            /**
             * Claims in access tokens.
             * @example ["email"]
             */
            accessToken?: string[];
          };
          /**
           * The object ids of its owners at Microsoft. Default: owners are left alone.
           * @example ["00000000-0000-4000-8000-000000000001"]
           */
          owners?: string[];
          /** Whether only people and groups that are assigned to it sign in. */
          assignmentRequired?: boolean;
          /** What exists already, and Terraform imports. Default: nothing. */
          existing?: {
            /**
             * The object id of the application, not its client id.
             * @example "00000000-0000-4000-8000-000000000002"
             */
            application: string;
            /**
             * The object id of its service principal (enterprise application). Default: it has none yet.
             * @example "00000000-0000-4000-8000-000000000003"
             */
            servicePrincipal?: string;
          };
        }
      >;
    };
    /** Projects of Google Cloud. Default: none. */
    google?: {
      /**
       * The account whose bucket stores the state, among its account-wide stacks: its approvers approve
       * changes. To change it later, move the state first.
       * @example "prod"
       */
      account: string;
      /** The projects by name. */
      projects: Record<
        string,
        {
          /**
           * The id of the project. It cannot change.
           * @example "example-sign-in"
           */
          projectId: string;
          /**
           * The name of the project that people see.
           * @example "Example sign-in"
           */
          displayName: string;
          /**
           * The environment that uses it, for its tags and its secret. Default: none or several.
           * @example "dev"
           */
          environment?: string;
          /**
           * Its charge code. Default: that of the environment, otherwise of the estate.
           * @example "platform-0002"
           */
          chargeCode?: string;
          /**
           * The number of the organization that it is in, if it is in no folder. Default: none.
           * @example "123456789012"
           */
          organization?: string;
          /**
           * The number of the folder that it is in. Default: none.
           * @example "210987654321"
           */
          folder?: string;
          /**
           * The billing account. Default: none.
           * @example "012345-567890-ABCDEF"
           */
          billingAccount?: string;
          /**
           * Labels in addition to the project's own.
           * @example {"team":"platform"}
           */
          labels?: Record<string, string>;
          /**
           * Where Google sends people after they sign in, for the OAuth client that somebody creates by hand.
           * Empty: it has no client.
           * @example ["https://login.example.com/oauth/callback"]
           */
          redirectUris?: string[];
          /** Whether it exists already, and Terraform imports it. */
          existing?: boolean;
        }
      >;
    };
  };
  /** The AWS accounts by name. */
  accounts: Record<
    string,
    {
      /**
       * `master` hosts AWS Organizations and may run environments. `main` runs environments. `member` runs
       * analytics: the computations that an environment's application starts in a separate account.
       * `security`, at most one, is the organization's delegated administrator of IAM Access Analyzer.
       */
      kind: "master" | "main" | "member" | "security";
      /**
       * Required for member and security accounts, for no others. `created` by the organization, or
       * `invited`: it belongs to somebody else and stays outside the organization, unless it `joins`.
       * Default: none.
       */
      membership?: "created" | "invited";
      /**
       * Main accounts and invited members only: whether the account joins the organization by invitation.
       * Its policies and its bill then include the account, and the project moves it to the unit of its last
       * environment. `npm run accounts -- --invite <account>` invites it. A main account may be in an
       * organization without this key: then the project leaves its place there alone.
       */
      joins?: boolean;
      /**
       * The AWS account id: 12 digits in quotes. A created member may lack it until AWS has created the
       * account; its stacks wait for it.
       * @example "222222222222"
       */
      id?: string;
      /**
       * The e-mail address of the account's root user, unique in AWS. Budget alerts are sent to it. That of
       * a created member is changed in AWS first.
       * @example "aws-dev@example.com"
       */
      email: string;
      /**
       * Created members and those that join only: Terraform forgets the account and leaves it unchanged. A
       * retired account has no stacks.
       */
      retired?: boolean;
      /**
       * Who works as Operator: groups of IAM Identity Center, which get the permission set, and ARNs of IAM
       * users, which may assume the role with MFA. Sessions of roles carry no MFA.
       * @example ["group:platform-engineers","arn:aws:iam::111111111111:user/platform-engineer"]
       */
      operators: string[];
      /**
       * Who works as Admin: groups of IAM Identity Center, which get the permission set, and ARNs of IAM
       * users, which may assume the role with MFA. Sessions of roles carry no MFA.
       * @example ["group:platform-leads","arn:aws:iam::111111111111:user/platform-lead"]
       */
      admins: string[];
      /**
       * ARNs of the IAM users that may assume the role Admin, with MFA, when IAM Identity Center cannot be
       * used. Required in an account with a production environment whose `admins` name no user. Default:
       * none.
       * @example ["arn:aws:iam::111111111111:user/emergency"]
       */
      breakGlass?: string[];
      /**
       * ARNs of other principals that apply Terraform here, in addition to Admin, pipelines and accessRole.
       * `*` matches any characters. They may list the buckets of the estate but read no object.
       * @example ["arn:aws:iam::222222222222:role/deploy-*"]
       */
      maintainers?: string[];
      /**
       * Networks from which Operator and Admin may be used by people: the roles may be assumed only from
       * there, and permission sets deny requests from elsewhere. Default: any.
       * @example ["198.51.100.0/24"]
       */
      sourceIps?: string[];
      /**
       * The longest session of Operator, 3600 to 43200 seconds.
       * @example 14400
       */
      operatorSessionSeconds?: number;
      /**
       * The role in this account that Terraform assumes to reach it. Default:
       * `OrganizationAccountAccessRole` for created members, none for others.
       * @example "terraform-access"
       */
      accessRole?: string;
      /**
       * The region of the account's states and account-wide regional settings. Default: `defaultRegion`.
       * @example "eu-central-1"
       */
      region?: Region;
      /**
       * Regions that get the account-wide regional settings in addition to those in which the estate has
       * something: for what is outside the estate, and when an environment leaves a region.
       * @example ["eu-central-1"]
       */
      furtherRegions?: Region[];
      /**
       * The account alias, which is part of the address of the sign-in page. One that exists in AWS is never
       * replaced: `false` leaves it alone. Default: `<solution>-<account>`.
       * @example "example-dev"
       */
      alias?: false | string;
      /**
       * The alternate contacts of the account. Each replaces the estate's of the same kind. Default: the
       * estate's `contacts`, and none for an invited member.
       */
      contacts?: Partial<
        Record<
          "security" | "billing" | "operations",
          {
            /**
             * The name of a person or team, 1 to 64 characters.
             * @example "Security team"
             */
            name: string;
            /**
             * The title of the contact, 1 to 50 characters.
             * @example "Security on call"
             */
            title: string;
            /**
             * The e-mail address of the contact.
             * @example "security@example.com"
             */
            email: string;
            /**
             * The telephone number of the contact: up to 25 digits, spaces and characters of +()-.
             * @example "+1 555 0100"
             */
            phone: string;
          }
        >
      >;
      /**
       * US dollars a month, 0.01 to 1000000000000. An alert is sent at 80 % of it, and when the forecast
       * reaches 100 %.
       * @example 50
       */
      monthlyBudgetUsd: number;
      /**
       * The charge code on the tags of the account-wide stacks. Default: the estate's `chargeCode`.
       * @example "platform-0002"
       */
      chargeCode?: string;
      /**
       * Whether the account has its own CloudTrail trail. The organization's or the owner's trail covers
       * other accounts. Default: true for main accounts, false for others.
       */
      trail?: boolean;
      /**
       * The days for which nobody can delete what the trail wrote, 1 to 36500. The value of the account that
       * stores the organization's trail applies to it: `organization.trailAccount`, or the master account.
       * @example 90
       */
      trailLockDays?: number;
      /**
       * Whether a customer managed KMS key (about 1 USD a month) encrypts what the trail writes from then
       * on. The value of the account that stores the organization's trail applies to it:
       * `organization.trailAccount`, or the master account.
       */
      trailKey?: boolean;
      /**
       * Whether the account's own trail records reads and writes of objects in the buckets of its
       * environments, such as `studydata`. AWS charges for each event.
       */
      trailDataEvents?: boolean;
      /**
       * Whether Amazon GuardDuty searches for threats in each region in which the estate has something in
       * the account. AWS charges by the volume of events. Its protection plans, which cost more, stay off.
       * Leave it false where an organization's GuardDuty administrator covers the account.
       */
      guardDuty?: boolean;
      /**
       * Whether AWS Security Hub CSPM checks each region in which the estate has something in the account
       * against AWS Foundational Security Best Practices. AWS charges for each check. Most checks need a
       * recorder of AWS Config (`configRecorder`). Leave it false where an organization's Security Hub
       * administrator covers the account.
       */
      securityHub?: boolean;
      /**
       * Whether AWS Config records every change of a resource in each region in which the estate has
       * something in the account, into a bucket of the account. AWS charges for each recorded change. Leave
       * it false where an organization's administrator covers the account.
       */
      configRecorder?: boolean;
      /**
       * After how many days the account's state and trail buckets delete old versions: 1 to 36500. The
       * newest 100 old versions of a state are always kept, and incomplete uploads are deleted after 7 days.
       * `false` keeps all, and leaves the lifecycle rules of the buckets to you.
       * @example 90
       */
      oldVersionDays?: false | number;
      /**
       * The addresses that are notified when root signs in, and in an account with a production environment
       * also when Admin is used. Default: the account's `email`.
       * @example ["on-call@example.com"]
       */
      alarmEmails?: string[];
      /** Whether a customer managed KMS key (about 1 USD a month) encrypts the states. */
      stateKey?: boolean;
      /**
       * What the account's service users keep, because they exist. A plan that would create a user, policy
       * or attachment with such a key is blocked. Default: nothing.
       */
      existing?: {
        /** What `terraform-user` keeps. */
        "terraform-user"?: {
          /**
           * The user's name, after its path if it has one: another path is another ARN.
           * @example "terraform-user"
           */
          user?: string;
          /**
           * The name of the user's own managed policy, after its path if it has one.
           * @example "TerraformerRDSPermissions"
           */
          policy?: string;
          /**
           * Managed policies that somebody attached to the user, within its boundary. A plan that would attach a
           * new one is blocked. The access report counts them: each must be a policy of AWS, or one that a stack
           * of the estate creates.
           * @example ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
           */
          keepPolicies?: string[];
        };
        /** What `elastic-container-registry-user` keeps. */
        "elastic-container-registry-user"?: {
          /**
           * The user's name, after its path if it has one: another path is another ARN.
           * @example "terraform-user"
           */
          user?: string;
          /**
           * The name of the user's own managed policy, after its path if it has one.
           * @example "TerraformerRDSPermissions"
           */
          policy?: string;
          /**
           * Managed policies that somebody attached to the user, within its boundary. A plan that would attach a
           * new one is blocked. The access report counts them: each must be a policy of AWS, or one that a stack
           * of the estate creates.
           * @example ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
           */
          keepPolicies?: string[];
        };
      };
      /**
       * The service users of the account: terraform-user, elastic-container-registry-user, both or none.
       * @example ["terraform-user"]
       */
      serviceUsers?: ("terraform-user" | "elastic-container-registry-user")[];
    }
  >;
  /** The environments by name. Each is one deployment of the application. */
  environments: Record<
    string,
    {
      /**
       * The account that runs the environment, of kind main or master. It is called the environment's main
       * account.
       * @example "dev"
       */
      account: string;
      /**
       * The region of the environment. Default: `defaultRegion`.
       * @example "us-west-2"
       */
      region?: Region;
      /**
       * Whether people depend on it. Then the database must be protected, and the default ExternalId is
       * invalid.
       */
      production?: boolean;
      /**
       * The permissions of the Master and cross-account execution roles: as documented by the original
       * system, or with the same purpose and the known ways to escalate closed.
       */
      profile: "documented" | "hardened";
      /**
       * The ExternalId with which the application assumes cross-account execution roles and the Master role,
       * 2 to 1224 characters. The Master role is `<namespace>-prep-raas-master-MasterRole` (prep-raas-master
       * is the original system's name for creating it); it creates member accounts.
       * @example "galileo-staging-4f1c"
       */
      externalId?: string;
      /**
       * The charge code on the tags of the environment's stacks. Default: the estate's `chargeCode`.
       * @example "platform-0002"
       */
      chargeCode?: string;
      /** The VPC and its subnets. */
      network?: {
        /**
         * The network of the VPC, /16 to /24.
         * @example "10.1.0.0/16"
         */
        cidrBlock?: string;
        /**
         * One to three availability zones. A database needs two. Default: the first two of the region.
         * @example ["eu-west-1a","eu-west-1c"]
         */
        zones?: Zone[];
        /** Whether there are public subnets. The addresses of the private ones do not depend on it. */
        publicSubnets?: boolean;
        /**
         * The public subnets, one for each zone. Default: the layout of the AWS console's VPC wizard.
         * @example ["10.0.0.0/24","10.0.1.0/24"]
         */
        publicSubnetCidrBlocks?: string[];
        /**
         * The private subnets, one for each zone. Default: the layout of the AWS console's VPC wizard.
         * @example ["10.0.8.0/24","10.0.9.0/24"]
         */
        privateSubnetCidrBlocks?: string[];
        /**
         * Further tiers of private subnets by name, each with a subnet in each zone and no route to the
         * internet. Their place does not depend on tiers that follow in the file: add tiers at the end.
         */
        tiers?: Record<
          string,
          {
            /**
             * The size of each subnet, 16 to 28. The subnets are placed in the free space of the network, with
             * room for three zones. Default: none, `cidrBlocks` gives the subnets.
             * @example 26
             */
            prefixLength?: number;
            /**
             * The subnets, one for each zone, in place of `prefixLength`. Give it to a tier before you remove or
             * change one before it: its subnets stay where they are. Default: none, `prefixLength` places the
             * subnets.
             * @example ["10.0.3.0/26","10.0.3.64/26"]
             */
            cidrBlocks?: string[];
          }
        >;
        /** Whether instances in public subnets automatically get a public address. */
        mapPublicAddresses?: boolean;
        /**
         * Services that the VPC reaches without the internet, by interface endpoints in each private subnet,
         * each the last part of its endpoint's name (AWS PrivateLink, "AWS services that integrate with AWS
         * PrivateLink"), at most 50 ("Amazon VPC quotas"). They cost money. Session Manager needs the three of
         * the example, and pulls from ECR need `ecr.api` and `ecr.dkr`.
         * @example ["ssm","ssmmessages","ec2messages"]
         */
        endpoints?: string[];
        /**
         * Whether all flows are logged to CloudWatch, which costs money. Default: true in production, false
         * elsewhere.
         */
        flowLogs?: boolean;
        /**
         * The days that flow logs are kept: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731,
         * 1096, 1827, 2192, 2557, 2922, 3288, 3653.
         * @example 90
         */
        flowLogRetentionDays?:
          | 1
          | 3
          | 5
          | 7
          | 14
          | 30
          | 60
          | 90
          | 120
          | 150
          | 180
          | 365
          | 400
          | 545
          | 731
          | 1096
          | 1827
          | 2192
          | 2557
          | 2922
          | 3288
          | 3653
          | (number & {});
      };
      /**
       * Security groups by name. Every environment has the group `default`; list it to give it rules or a
       * charge code.
       */
      securityGroups?: Record<
        string,
        {
          /**
           * The purpose of the group. AWS cannot change a description, and plans that do so are blocked: give
           * the group a new name with it. Default: `<name> in <namespace>`.
           * @example "Web servers"
           */
          description?: string;
          /**
           * `application` must also be in an earlier environment before production. `computation` is in
           * production only and never open to the internet. Required for every group except `default`.
           */
          work?: "application" | "computation";
          /**
           * The charge code of the group. Default: the environment's `chargeCode`.
           * @example "web-0003"
           */
          chargeCode?: string;
          /**
           * Several charge codes, for the rare group that has more than one. The first is the tag ChargeCode.
           * @example ["research-0007","research-0008"]
           */
          chargeCodes?: string[];
          /**
           * The connections that the group accepts.
           * @example [{"port":443,"cidrBlock":"10.0.0.0/20"}]
           */
          ingress?: {
            /** The IP protocol: tcp, udp, icmp or all. */
            protocol?: "tcp" | "udp" | "icmp" | "all";
            /**
             * The port or the first of several, 0 to 65535. Required for tcp and udp, for no others.
             * @example 443
             */
            port?: number;
            /**
             * The last port. Default: `port`.
             * @example 8443
             */
            toPort?: number;
            /**
             * The IPv4 network that may connect. A rule has either this or `group`.
             * @example "10.0.0.0/20"
             */
            cidrBlock?: string;
            /**
             * The security group that may connect: a name in this environment, or an id sg-….
             * @example "web"
             */
            group?: string;
            /**
             * The reference of the approval. A rule that is open to the internet requires one. It is the rule's
             * description in AWS.
             * @example "approved as CHG-1042: public web site"
             */
            approval?: string;
          }[];
          /**
           * The connections that the members of the group may open.
           * @example [{"port":5432,"cidrBlock":"10.0.8.0/23"}]
           */
          egress?: {
            /** The IP protocol: tcp, udp, icmp or all. */
            protocol?: "tcp" | "udp" | "icmp" | "all";
            /**
             * The port or the first of several, 0 to 65535. Required for tcp and udp, for no others.
             * @example 443
             */
            port?: number;
            /**
             * The last port. Default: `port`.
             * @example 8443
             */
            toPort?: number;
            /**
             * The IPv4 network to which it may connect. A rule has either this or `group`.
             * @example "10.0.0.0/20"
             */
            cidrBlock?: string;
            /**
             * The security group to which it may connect: a name in this environment, or an id sg-….
             * @example "web"
             */
            group?: string;
            /**
             * The reference of the approval. A rule that is open to the internet requires one. It is the rule's
             * description in AWS.
             * @example "approved as CHG-1042: public web site"
             */
            approval?: string;
          }[];
        }
      >;
      /**
       * PostgreSQL on RDS in the private subnets, with the default settings if it is {}. Default: no
       * database.
       */
      database?: {
        /**
         * The RDS instance class, which sets CPU, memory and most of the price.
         * @example "db.m7g.large"
         */
        instanceClass?:
          | "db.m7g.large"
          | "db.m7g.xlarge"
          | "db.r7g.large"
          | "db.r7g.xlarge"
          | "db.t4g.micro"
          | "db.t4g.small"
          | "db.t4g.medium"
          | "db.t4g.large"
          | (string & {});
        /**
         * The gp3 storage, 20 to 65536 GB. It can only grow.
         * @example 100
         */
        allocatedStorageGb?: number;
        /**
         * The limit to which RDS lets the storage grow by itself, at least a tenth more than
         * `allocatedStorageGb`. Default: none, it does not grow.
         * @example 200
         */
        maxAllocatedStorageGb?: number;
        /** Whether a standby runs in another zone, at twice the price. */
        multiAz?: boolean;
        /**
         * The major version of PostgreSQL, "13" to "18". It can only grow, and only with `applyImmediately:
         * true`: the upgrade interrupts the database. Minor upgrades are automatic.
         * @example "16"
         */
        engineVersion?: string;
        /**
         * Whether RDS Extended Support runs the engine version after its standard support, at 0.10 USD and
         * more per vCPU and hour. Required for version 13, whose standard support ended on 2026-02-28.
         * `false`: RDS upgrades the database when standard support ends. Terraform sets it only when the
         * database is created. Default: as RDS, true.
         * @example true
         */
        extendedSupport?: boolean;
        /**
         * The initial database. Changing it later replaces the instance.
         * @example "studies"
         */
        databaseName?: string;
        /**
         * The master user, whose password is in Secrets Manager. Changing it later replaces the instance.
         * @example "owner"
         */
        masterUsername?: string;
        /**
         * The days that daily backups are kept, 0 to 35. 0 turns them off and is invalid in production.
         * @example 14
         */
        backupRetentionDays?: number;
        /**
         * When the daily backup is taken, at least 30 minutes in UTC. Default: AWS chooses.
         * @example "01:00-01:30"
         */
        backupWindow?: string;
        /**
         * When RDS maintains the database, at least 30 minutes in UTC. Default: AWS chooses.
         * @example "sun:02:00-sun:03:00"
         */
        maintenanceWindow?: string;
        /**
         * Whether changes of class, storage, standby and the like are made at once instead of in the
         * maintenance window. Default: false in production, true elsewhere.
         */
        applyImmediately?: boolean;
        /** Whether Performance Insights records the load of the database, kept for 7 days without cost. */
        performanceInsights?: boolean;
        /**
         * The days that PostgreSQL's log is kept: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545,
         * 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653.
         * @example 90
         */
        logRetentionDays?:
          | 1
          | 3
          | 5
          | 7
          | 14
          | 30
          | 60
          | 90
          | 120
          | 150
          | 180
          | 365
          | 400
          | 545
          | 731
          | 1096
          | 1827
          | 2192
          | 2557
          | 2922
          | 3288
          | 3653
          | (number & {});
        /**
         * Deletion protection and prevent_destroy. In production it may be false only with `finalSnapshot:
         * true`, to destroy the database deliberately.
         */
        deletionProtection?: boolean;
        /** Whether a last snapshot is taken when the database is destroyed. Default: `deletionProtection`. */
        finalSnapshot?: boolean;
        /** Whether a customer managed KMS key (about 1 USD a month) encrypts the database. */
        customerManagedKey?: boolean;
        /**
         * IPv4 networks that may connect on port 5432: private ones from /8, others from /16.
         * @example ["10.0.8.0/23"]
         */
        allowedCidrBlocks?: string[];
        /**
         * Ids of security groups whose members may connect on port 5432.
         * @example ["sg-0a1b2c3d4e5f60718"]
         */
        allowedSecurityGroupIds?: string[];
        /**
         * Names of this environment's security groups whose members may connect on port 5432.
         * @example ["web"]
         */
        allowedSecurityGroups?: string[];
        /** Whether the environment's default security group is attached, in addition to the database's own. */
        defaultSecurityGroup?: boolean;
        /**
         * The tier of `network.tiers` in whose subnets it is. RDS moves no instance out of a subnet: choose it
         * before the first apply. Default: the private subnets.
         * @example "data"
         */
        tier?: string;
        /**
         * Parameters of PostgreSQL by name, each value as RDS takes it: a text, in the parameter's unit.
         * Static ones, such as `shared_preload_libraries`, take effect when somebody restarts the database.
         * TLS is always required.
         * @example {"work_mem":"65536"}
         */
        parameters?: Record<string, string>;
        /**
         * A read replica, at the price of an instance. RDS creates none of a database whose password it
         * manages: turn that off in AWS and set `managedPassword: false` in `existing` first. Default: none.
         */
        replica?: {
          /**
           * Its instance class. Default: that of the database.
           * @example "db.t4g.small"
           */
          instanceClass?: string;
          /**
           * Its availability zone, one of the subnets. Default: AWS chooses.
           * @example "eu-west-1b"
           */
          zone?: string;
        };
      };
      /**
       * Further databases by name, each an instance with a stack and a state of its own,
       * `<environment>-database-<name>`.
       */
      databases?: Record<
        string,
        {
          /**
           * The RDS instance class, which sets CPU, memory and most of the price.
           * @example "db.m7g.large"
           */
          instanceClass?:
            | "db.m7g.large"
            | "db.m7g.xlarge"
            | "db.r7g.large"
            | "db.r7g.xlarge"
            | "db.t4g.micro"
            | "db.t4g.small"
            | "db.t4g.medium"
            | "db.t4g.large"
            | (string & {});
          /**
           * The gp3 storage, 20 to 65536 GB. It can only grow.
           * @example 100
           */
          allocatedStorageGb?: number;
          /**
           * The limit to which RDS lets the storage grow by itself, at least a tenth more than
           * `allocatedStorageGb`. Default: none, it does not grow.
           * @example 200
           */
          maxAllocatedStorageGb?: number;
          /** Whether a standby runs in another zone, at twice the price. */
          multiAz?: boolean;
          /**
           * The major version of PostgreSQL, "13" to "18". It can only grow, and only with `applyImmediately:
           * true`: the upgrade interrupts the database. Minor upgrades are automatic.
           * @example "16"
           */
          engineVersion?: string;
          /**
           * Whether RDS Extended Support runs the engine version after its standard support, at 0.10 USD and
           * more per vCPU and hour. Required for version 13, whose standard support ended on 2026-02-28.
           * `false`: RDS upgrades the database when standard support ends. Terraform sets it only when the
           * database is created. Default: as RDS, true.
           * @example true
           */
          extendedSupport?: boolean;
          /**
           * The initial database. Changing it later replaces the instance.
           * @example "studies"
           */
          databaseName?: string;
          /**
           * The master user, whose password is in Secrets Manager. Changing it later replaces the instance.
           * @example "owner"
           */
          masterUsername?: string;
          /**
           * The days that daily backups are kept, 0 to 35. 0 turns them off and is invalid in production.
           * @example 14
           */
          backupRetentionDays?: number;
          /**
           * When the daily backup is taken, at least 30 minutes in UTC. Default: AWS chooses.
           * @example "01:00-01:30"
           */
          backupWindow?: string;
          /**
           * When RDS maintains the database, at least 30 minutes in UTC. Default: AWS chooses.
           * @example "sun:02:00-sun:03:00"
           */
          maintenanceWindow?: string;
          /**
           * Whether changes of class, storage, standby and the like are made at once instead of in the
           * maintenance window. Default: false in production, true elsewhere.
           */
          applyImmediately?: boolean;
          /** Whether Performance Insights records the load of the database, kept for 7 days without cost. */
          performanceInsights?: boolean;
          /**
           * The days that PostgreSQL's log is kept: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545,
           * 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653.
           * @example 90
           */
          logRetentionDays?:
            | 1
            | 3
            | 5
            | 7
            | 14
            | 30
            | 60
            | 90
            | 120
            | 150
            | 180
            | 365
            | 400
            | 545
            | 731
            | 1096
            | 1827
            | 2192
            | 2557
            | 2922
            | 3288
            | 3653
            | (number & {});
          /**
           * Deletion protection and prevent_destroy. In production it may be false only with `finalSnapshot:
           * true`, to destroy the database deliberately.
           */
          deletionProtection?: boolean;
          /** Whether a last snapshot is taken when the database is destroyed. Default: `deletionProtection`. */
          finalSnapshot?: boolean;
          /** Whether a customer managed KMS key (about 1 USD a month) encrypts the database. */
          customerManagedKey?: boolean;
          /**
           * IPv4 networks that may connect on port 5432: private ones from /8, others from /16.
           * @example ["10.0.8.0/23"]
           */
          allowedCidrBlocks?: string[];
          /**
           * Ids of security groups whose members may connect on port 5432.
           * @example ["sg-0a1b2c3d4e5f60718"]
           */
          allowedSecurityGroupIds?: string[];
          /**
           * Names of this environment's security groups whose members may connect on port 5432.
           * @example ["web"]
           */
          allowedSecurityGroups?: string[];
          /** Whether the environment's default security group is attached, in addition to the database's own. */
          defaultSecurityGroup?: boolean;
          /**
           * The tier of `network.tiers` in whose subnets it is. RDS moves no instance out of a subnet: choose it
           * before the first apply. Default: the private subnets.
           * @example "data"
           */
          tier?: string;
          /**
           * Parameters of PostgreSQL by name, each value as RDS takes it: a text, in the parameter's unit.
           * Static ones, such as `shared_preload_libraries`, take effect when somebody restarts the database.
           * TLS is always required.
           * @example {"work_mem":"65536"}
           */
          parameters?: Record<string, string>;
          /**
           * A read replica, at the price of an instance. RDS creates none of a database whose password it
           * manages: turn that off in AWS and set `managedPassword: false` in `existing` first. Default: none.
           */
          replica?: {
            /**
             * Its instance class. Default: that of the database.
             * @example "db.t4g.small"
             */
            instanceClass?: string;
            /**
             * Its availability zone, one of the subnets. Default: AWS chooses.
             * @example "eu-west-1b"
             */
            zone?: string;
          };
        }
      >;
      /** The roles, buckets and image repositories of the environment's application. */
      application?: {
        /**
         * AWS services that may assume the application's roles.
         * @example ["lambda.amazonaws.com"]
         */
        serviceTrust?: string[];
        /**
         * Names of the application's roles that exist in the main account and that the project does not
         * manage. To manage them, use `existing.roles`. Default: the project creates both.
         */
        existingRoles?: {
          /**
           * The role of the application's API, called ApiHandler if the project creates it.
           * @example "Api"
           */
          apiHandler: string;
          /**
           * The role of its background workflows, called WorkflowLoopRunner if the project creates it.
           * @example "Workflows"
           */
          workflowLoopRunner: string;
        };
        /**
         * Additional S3 buckets. Every environment has the bucket `studydata`, which stores the data of its
         * studies.
         * @example ["results"]
         */
        buckets?: string[];
        /**
         * After how many days the buckets delete old versions of objects: 1 to 36500. `false` leaves their
         * lifecycle rules to you. Default: old versions are kept, and only incomplete uploads are deleted,
         * after 7 days.
         * @example 90
         */
        oldVersionDays?: false | number;
        /** What S3 does by itself in single buckets, by the names in `buckets`, or `studydata`. */
        bucketSettings?: Record<
          string,
          {
            /**
             * After how many days old versions of objects are deleted, 1 to 36500. Default: `oldVersionDays` of
             * the application.
             * @example 90
             */
            oldVersionDays?: number;
            /** Moves objects to another storage class. Default: none, they stay in STANDARD. */
            archive?: {
              /**
               * How many days after an object is written, 1 to 36500, for STANDARD_IA at least 30.
               * @example 90
               */
              days: number;
              /**
               * The storage class. Objects in GLACIER and DEEP_ARCHIVE can be read only hours after they are
               * restored.
               * @example "GLACIER_IR"
               */
              storageClass: "STANDARD_IA" | "INTELLIGENT_TIERING" | "GLACIER_IR" | "GLACIER" | "DEEP_ARCHIVE";
            };
            /**
             * After how many days S3 deletes every object, 1 to 36500. Every synth and plan warns. The object is
             * an old version then, which `oldVersionDays` deletes for ever. Default: objects are kept.
             * @example 365
             */
            expirationDays?: number;
          }
        >;
        /**
         * ECR repositories, named `<namespace>/<name>`.
         * @example ["dagster"]
         */
        repositories?: string[];
      };
      /**
       * What resources that exist keep, because AWS cannot change it. `npm run adopt` proposes the keys. A
       * plan that would create a resource with such a key is blocked: new environments have none. Default:
       * nothing.
       */
      existing?: {
        /**
         * The subnets of a VPC that has other ones than `network` describes, in place of its `zones`,
         * `publicSubnets`, `publicSubnetCidrBlocks` and `privateSubnetCidrBlocks`. It may list new subnets
         * too.
         */
        network?: {
          /** The public subnets, at most one in each zone. [] for none. */
          publicSubnets: {
            /**
             * The availability zone of the subnet.
             * @example "eu-west-1a"
             */
            zone: string;
            /**
             * The network of the subnet.
             * @example "10.0.0.0/24"
             */
            cidrBlock: string;
          }[];
          /** The private subnets, at most one in each zone. */
          privateSubnets: {
            /**
             * The availability zone of the subnet.
             * @example "eu-west-1a"
             */
            zone: string;
            /**
             * The network of the subnet.
             * @example "10.0.0.0/24"
             */
            cidrBlock: string;
          }[];
        };
        /** What the environment's database keeps. Each key is a fact about the instance. */
        database?: {
          /**
           * The DB instance identifier, which is part of the host name that clients use.
           * @example "studies"
           */
          identifier?: string;
          /**
           * The initial database, or `false` if RDS created none.
           * @example false
           */
          databaseName?: false | string;
          /**
           * The master user.
           * @example "dagster"
           */
          masterUsername?: string;
          /**
           * `false`: the master password stays as its users know it. Remove the key, in a change of its own, and
           * RDS makes a new one, which it keeps in Secrets Manager.
           * @example false
           */
          managedPassword?: false;
          /**
           * `false`: the storage is not encrypted. To encrypt it, restore an encrypted copy of a snapshot.
           * @example false
           */
          encrypted?: false;
          /**
           * The storage type: gp2, io1, io2 or standard. Remove the key to change to gp3.
           * @example "gp2"
           */
          storageType?: "gp2" | "io1" | "io2" | "standard";
          /**
           * `true`: the database has a public address. Every synth and plan warns. Remove the key, in a change
           * of its own, to turn it off.
           * @example true
           */
          publiclyAccessible?: true;
          /**
           * `true`: its subnet group has the public subnets too, because RDS removes no subnet in use.
           * @example true
           */
          publicSubnets?: true;
          /**
           * The DB subnet group: RDS moves no instance to another group of the same VPC.
           * @example "default-vpc-0a1b2c3d4e5f60718"
           */
          subnetGroup?: string;
          /** The DB parameter group. Remove the key when `engineVersion` changes: a group has one version. */
          parameterGroup?: {
            /**
             * The name of the DB parameter group.
             * @example "studies-postgres"
             */
            name: string;
            /**
             * The description of the DB parameter group.
             * @example "Created from the RDS console"
             */
            description: string;
          };
          /** The database's own security group. */
          ownSecurityGroup?: {
            /**
             * The name of the security group that decides who may connect.
             * @example "studies-postgres"
             */
            name: string;
            /**
             * The description of the security group that decides who may connect.
             * @example "Created from the RDS console"
             */
            description: string;
          };
          /**
           * The identifier of its read replica.
           * @example "studies-reader"
           */
          replica?: string;
        };
        /** What further databases keep, by their names in `databases`. */
        databases?: Record<
          string,
          {
            /**
             * The DB instance identifier, which is part of the host name that clients use.
             * @example "studies"
             */
            identifier?: string;
            /**
             * The initial database, or `false` if RDS created none.
             * @example false
             */
            databaseName?: false | string;
            /**
             * The master user.
             * @example "dagster"
             */
            masterUsername?: string;
            /**
             * `false`: the master password stays as its users know it. Remove the key, in a change of its own, and
             * RDS makes a new one, which it keeps in Secrets Manager.
             * @example false
             */
            managedPassword?: false;
            /**
             * `false`: the storage is not encrypted. To encrypt it, restore an encrypted copy of a snapshot.
             * @example false
             */
            encrypted?: false;
            /**
             * The storage type: gp2, io1, io2 or standard. Remove the key to change to gp3.
             * @example "gp2"
             */
            storageType?: "gp2" | "io1" | "io2" | "standard";
            /**
             * `true`: the database has a public address. Every synth and plan warns. Remove the key, in a change
             * of its own, to turn it off.
             * @example true
             */
            publiclyAccessible?: true;
            /**
             * `true`: its subnet group has the public subnets too, because RDS removes no subnet in use.
             * @example true
             */
            publicSubnets?: true;
            /**
             * The DB subnet group: RDS moves no instance to another group of the same VPC.
             * @example "default-vpc-0a1b2c3d4e5f60718"
             */
            subnetGroup?: string;
            /** The DB parameter group. Remove the key when `engineVersion` changes: a group has one version. */
            parameterGroup?: {
              /**
               * The name of the DB parameter group.
               * @example "studies-postgres"
               */
              name: string;
              /**
               * The description of the DB parameter group.
               * @example "Created from the RDS console"
               */
              description: string;
            };
            /** The database's own security group. */
            ownSecurityGroup?: {
              /**
               * The name of the security group that decides who may connect.
               * @example "studies-postgres"
               */
              name: string;
              /**
               * The description of the security group that decides who may connect.
               * @example "Created from the RDS console"
               */
              description: string;
            };
            /**
             * The identifier of its read replica.
             * @example "studies-reader"
             */
            replica?: string;
          }
        >;
        /**
         * The names in AWS of security groups, by their names in `securityGroups`.
         * @example {"web":"WebServers"}
         */
        securityGroups?: Record<string, string>;
        /**
         * The names in AWS of buckets, by their names in `application.buckets`, or `studydata`.
         * @example {"studydata":"example-studies"}
         */
        buckets?: Record<string, string>;
        /**
         * The names in AWS of ECR repositories, by their names in `application.repositories`.
         * @example {"dagster":"dagster"}
         */
        repositories?: Record<string, string>;
        /** The names of roles that the project then manages, each after its path if it has one. */
        roles?: {
          /**
           * The role of the application's API.
           * @example "Api"
           */
          apiHandler?: string;
          /**
           * The role of the application's background workflows.
           * @example "Workflows"
           */
          workflowLoopRunner?: string;
          /**
           * The role of the environment's deployment machine.
           * @example "Deployment"
           */
          deployment?: string;
          /**
           * The Master role, in the master account.
           * @example "MasterRole"
           */
          masterRole?: string;
          /**
           * The cross-account execution role, in each member account.
           * @example "CrossAccountRole"
           */
          crossAccountRole?: string;
          /**
           * The role that writes flow logs, in each account that has them.
           * @example "FlowLogs"
           */
          flowLogs?: string;
        };
        /**
         * Managed policies that somebody attached to roles, and that stay attached. A plan that would attach a
         * new one is blocked. The access report counts them: each must be a policy of AWS, or one that a stack
         * of the estate creates.
         */
        keepPolicies?: {
          /**
           * Policies of the role of the application's API.
           * @example ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
           */
          apiHandler?: string[];
          /**
           * Policies of the role of its background workflows.
           * @example ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
           */
          workflowLoopRunner?: string[];
          /**
           * Policies of the Master role.
           * @example ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
           */
          masterRole?: string[];
          /**
           * Policies of the cross-account execution role.
           * @example ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
           */
          crossAccountRole?: string[];
        };
        /** The names of instance profiles. */
        profiles?: {
          /**
           * The instance profile of the environment's deployment machine.
           * @example "Deployment"
           */
          deployment?: string;
        };
      };
      /** The member accounts that run this environment's analytics, each under a name of its own. */
      members?: Record<
        string,
        {
          /**
           * The account of the member, of kind member.
           * @example "dev-analytics"
           */
          account: string;
          /**
           * Created members: the network of the VPC, /16 to /24. Default: 10.0.0.0/16.
           * @example "10.8.0.0/20"
           */
          cidrBlock?: string;
          /**
           * Created members: the public subnet, /16 to /28. Default: the first sixteenth of the network.
           * @example "10.8.0.0/24"
           */
          subnetCidrBlock?: string;
          /**
           * Created members: the availability zone of the subnet. Accounts may have different zones. Default:
           * the first of the region.
           * @example "eu-west-1b"
           */
          zone?: string;
          /** Created members: whether instances automatically get a public address. Default: false. */
          mapPublicAddresses?: boolean;
          /**
           * Created members: whether all flows are logged to CloudWatch, which costs money, as in `network`.
           * Default: true in production, false elsewhere.
           */
          flowLogs?: boolean;
          /**
           * Created members: the days that flow logs are kept: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365,
           * 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653. Default: 30.
           * @example 90
           */
          flowLogRetentionDays?:
            | 1
            | 3
            | 5
            | 7
            | 14
            | 30
            | 60
            | 90
            | 120
            | 150
            | 180
            | 365
            | 400
            | 545
            | 731
            | 1096
            | 1827
            | 2192
            | 2557
            | 2922
            | 3288
            | 3653
            | (number & {});
          /**
           * Created members: services that the VPC reaches without the internet, by interface endpoints in the
           * subnet. They cost money. EMR needs `elasticmapreduce`, SageMaker `sagemaker.api` and
           * `sagemaker.runtime`. Default: none.
           * @example ["elasticmapreduce","sagemaker.api","sagemaker.runtime"]
           */
          endpoints?: string[];
          /**
           * Invited members: the id of their VPC. Required for them.
           * @example "vpc-0a1b2c3d4e5f60718"
           */
          vpcId?: string;
          /**
           * Invited members: the id of their subnet. Required for them.
           * @example "subnet-0a1b2c3d4e5f60718"
           */
          subnetId?: string;
        }
      >;
    }
  >;
  /**
   * The names of all environments, in the order in which changes are promoted. Default: the order of the
   * file.
   * @example ["dev","prod"]
   */
  promotionOrder?: string[];
}
