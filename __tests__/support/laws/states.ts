import { accountOf, textsIn, type Law } from "./law";
import type { StackReader, Values } from "../stack-reader";

const locationOf = ({ backend }: StackReader) => `${String(backend["bucket"])}/${String(backend["key"])}`;

const ownStates: Law = {
  name: "no two stacks share a state",
  violations: ({ stacks }) => {
    const owners = new Map<string, string>();
    return stacks.flatMap((stack) => {
      const owner = owners.get(locationOf(stack));
      owners.set(locationOf(stack), stack.id);
      return owner === undefined ? [] : [`${stack.id} has the state of ${owner}`];
    });
  },
  breaches: {
    "a stack with another's bucket and key": (stack) =>
      Object.assign(stack("dev-network").backend, stack("dev-database").backend),
  },
};

const safeStates: Law = {
  name: "every state is in S3 in its own account, encrypted, and locked during use",
  violations: ({ estate, stacks }) =>
    stacks.flatMap((stack) => {
      const kinds = Object.keys(stack.json.terraform?.backend ?? {});
      if (kinds.join() !== "s3") return [`${stack.id} stores its state in ${kinds.join(", ") || "a local file"}`];
      const { backend } = stack;
      const account = estate.accounts.find(({ id }) => id === accountOf(stack));
      const role = account?.assumedRoleArn && { role_arn: account.assumedRoleArn };
      return [
        ...(backend["bucket"] === account?.stateBucket
          ? []
          : [`${stack.id} stores its state in ${String(backend["bucket"])}`]),
        ...(backend["encrypt"] === (account?.stateKeyAlias === undefined ? true : undefined)
          ? []
          : [`${stack.id} does not encrypt its state`]),
        ...(backend["use_lockfile"] === true ? [] : [`${stack.id} does not lock its state`]),
        ...(String(backend["allowed_account_ids"]) === accountOf(stack)
          ? []
          : [`${stack.id} reads a state with any credentials`]),
        ...(JSON.stringify(backend["assume_role"]) === JSON.stringify(role)
          ? []
          : [`${stack.id} accesses its state as another role`]),
      ];
    }),
  breaches: {
    "a local backend": (stack) => {
      const { json } = stack("dev-network");
      json.terraform = { ...json.terraform, backend: { local: { path: "terraform.tfstate" } } };
    },
    "no backend": (stack) => delete stack("dev-network").json.terraform?.backend,
    "another account's bucket": (stack) =>
      (stack("dev-network").backend["bucket"] = stack("ci-network").backend["bucket"]),
    "no encryption": (stack) => delete stack("dev-network").backend["encrypt"],
    "no lock": (stack) => delete stack("dev-network").backend["use_lockfile"],
    "any credentials": (stack) => delete stack("dev-network").backend["allowed_account_ids"],
    "a state without the account's access role": (stack) => delete stack("dev-member-analytics").backend["assume_role"],
  },
};

const ownStatesOnly: Law = {
  name: "a stack reads states of its own account only, and only their outputs",
  violations: ({ stacks }) => {
    const producers = new Map(stacks.map((stack) => [locationOf(stack), stack]));
    return stacks.flatMap((stack) =>
      Object.entries(stack.json.data?.["terraform_remote_state"] ?? {}).flatMap(([name, { config }]) => {
        const { bucket, key } = config as { bucket: string; key: string };
        const producer = producers.get(`${bucket}/${key}`);
        if (!producer) return [`${stack.id} reads the state ${bucket}/${key}, which no stack writes`];
        if (accountOf(producer) !== accountOf(stack))
          return [`${stack.id} reads the state of ${producer.id}, of another account`];
        const read = [...textsIn(stack.json.resource)].flatMap(({ text }) => [
          ...text.matchAll(/terraform_remote_state\.([\w-]+)\.outputs\.([\w-]+)/g),
        ]);
        const wanted = new Set(read.filter(([, from]) => from === name).map(([, , output]) => output ?? ""));
        return [...wanted]
          .filter((output) => !(output in (producer.json.output ?? {})))
          .map((output) => `${stack.id} reads ${output}, which ${producer.id} does not output`);
      }),
    );
  },
  breaches: {
    "a state of another account": (stack) => {
      const [state] = Object.values(stack("dev-database").json.data?.["terraform_remote_state"] ?? {});
      const { bucket, key } = stack("ci-network").backend;
      Object.assign(state?.["config"] as Values, { bucket, key });
    },
    "a state that no stack writes": (stack) => {
      const [state] = Object.values(stack("dev-database").json.data?.["terraform_remote_state"] ?? {});
      Object.assign(state?.["config"] as Values, { key: "dev/nowhere.tfstate" });
    },
    "a removed output": (stack) => (stack("dev-network").json.output = {}),
  },
};

const knownVersions: Law = {
  name: "every stack pins its versions of Terraform and the provider",
  violations: ({ stacks }) =>
    stacks.flatMap(({ id, json: { terraform } }) => [
      ...(/^>= 1\.(1[1-9]|[2-9]\d)/.test(terraform?.required_version ?? "")
        ? []
        : [`${id} accepts a Terraform that cannot lock states by file`]),
      ...(Object.keys(terraform?.required_providers ?? {}).length > 0 &&
      Object.values(terraform?.required_providers ?? {}).every(({ version }) => /^\d+\.\d+\.\d+$/.test(String(version)))
        ? []
        : [`${id} accepts any provider version`]),
    ]),
  breaches: {
    "no Terraform version": (stack) => delete stack("dev-iam").json.terraform?.required_version,
    "a Terraform version that is too old": (stack) =>
      Object.assign(stack("dev-iam").json.terraform ?? {}, { required_version: ">= 1.5.0" }),
    "any provider version": (stack) =>
      (stack("dev-iam").json.terraform = { ...stack("dev-iam").json.terraform, required_providers: {} }),
  },
};

export const STATE_LAWS = [ownStates, safeStates, ownStatesOnly, knownVersions];
