import { withoutSecrets } from "../../config/secret-text";
import { counted, oneLine } from "../support/text";
import { utc } from "../support/time";
import type { AccountReport, UnmanagedReport, UnmanagedResource } from "./unmanaged-resources";

/** 0: nothing is unmanaged; 2: something is; 1: at least one account could not be read. A locked account does not count. */
export function unmanagedExitCode({ accounts }: UnmanagedReport): 0 | 1 | 2 {
  if (accounts.some(({ status }) => status === "failed")) return 1;
  return accounts.some(({ status }) => status === "unmanaged") ? 2 : 0;
}

/** The report for the terminal, without a line break at its end. Names in AWS are anybody's: they stay in one line. */
export function unmanagedText(report: UnmanagedReport): string {
  const { accounts, stale, file } = withoutSecrets(report);
  const remedy = accounts.some(({ status }) => status === "unmanaged")
    ? [`Add each to the code and import it, delete it, or accept it with a reason in ${file} (docs/drift.md).`]
    : [];
  const unused = stale.map(
    ({ account, type, id }) =>
      `${file}: ${account} has no ${type} ${oneLine(id)} that no state holds. Remove the entry.`,
  );
  return [...accounts.map((each) => accountLines(each).join("\n  ")), ...unused, ...remedy].join("\n\n");
}

function accountLines({ account, status, resources, accepted, errors, makersUnknown }: AccountReport): string[] {
  const notes = [
    ...(accepted > 0 ? [`accepted: ${counted(accepted, "resource")}`] : []),
    ...(makersUnknown === undefined || resources.length === 0 ? [] : [`not all creators are known: ${oneLine(makersUnknown)}`]), // prettier-ignore
  ];
  switch (status) {
    case "clean":
      return [`${account}: no resource without a state`, ...notes];
    case "unmanaged":
      return [`${account}: ${counted(resources.length, "resource")} without a state`, ...resources.map(line), ...notes];
    case "never applied":
      return [`${account}: was never applied`];
    case "locked":
      return [`${account}: ${errors.map(oneLine).join("; ")}; look again`];
    case "failed":
      return [`${account}: failed`, ...errors.flatMap((error) => error.split("\n")).map(oneLine)];
  }
}

function line({ type, id, name, region, maker }: UnmanagedResource): string {
  const known = name === undefined || name === id ? id : `${id} (${name})`;
  const creator = maker ? `, created ${maker.at ? `at ${utc(new Date(maker.at))} ` : ""}by ${maker.by}` : "";
  return oneLine(`${type}  ${known}  ${region}${creator}`);
}

/** The report for machines, in one line. Its keys are a documented format (docs/drift.md). */
export function unmanagedJson(report: UnmanagedReport): string {
  const { accounts, stale } = withoutSecrets(report);
  return JSON.stringify({
    accounts: accounts.map(({ account, status, resources, accepted, errors }) => ({
      ...{ account, status, accepted, errors },
      resources: resources.map(({ type, id, name, region, maker }) => ({
        ...{ type, id, name: name ?? null, region },
        createdBy: maker?.by ?? null,
        createdAt: maker?.at ?? null,
      })),
    })),
    stale,
  });
}
