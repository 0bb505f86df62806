import { InvalidArgumentError, Option } from "commander";

/** `--parallel <n>` */
export function parallelOption(): Option {
  return new Option("--parallel <n>", "how many stacks compute at once; default: the number of cores").argParser(
    (text) => {
      if (!/^[1-9]\d{0,2}$/.test(text)) throw new InvalidArgumentError("expected a whole number from 1 to 999.");
      return Number(text);
    },
  );
}

/** `--profile <name>`, which `ESTATE_PROFILE` may name too. */
export function profileOption(): Option {
  return new Option(
    "--profile <name>",
    "the AWS profile; {account} stands for the account's name; default: the credentials at hand, for every account",
  ).env("ESTATE_PROFILE");
}
