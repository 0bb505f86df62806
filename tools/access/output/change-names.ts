import type { Estate } from "../../../config/model";
import { STEP_VERBS } from "./administrators";
import { permissionSetOfRole } from "../read/permission-set-role";

/** A step of a way to administrator, as in `assume → arn:aws:iam::222222222222:role/a`. */
const STEP = /(?<=: |, )([\w-]+) → /g;
/** In quotes, it is the value of a condition. */
const ROLE_OR_USER = /"?((made:)?arn:aws:iam::(\d{12}):(role|user)\/([\w+=.@/*-]+))"?/g;
const VERBS: Readonly<Record<string, string>> = {
  ...STEP_VERBS,
  administer: "can use",
  "assign-permission-set": "gives itself a permission set as",
};
const WHOLE_ACCOUNT = /\baccount:(\d{12})\b|arn:aws:iam::(\d{12}):root\b/g;

/** Lines of `accessChangeLines` with the estate's names in place of ARNs of roles and ids of accounts. */
export function withNames(lines: readonly string[], { accounts }: Pick<Estate, "accounts">): string[] {
  const names = new Map(accounts.map(({ id, name }) => [id, name]));
  return lines.map((line) =>
    line
      .replaceAll(
        ROLE_OR_USER,
        (whole, arn: string, made: string | undefined, id: string, kind: string, name: string) => {
          const account = names.get(id);
          if (account === undefined) return whole;
          const set = permissionSetOfRole(arn);
          const title = set === undefined ? `${kind === "user" ? "user " : ""}${name}` : `permission set ${set}`;
          return `${made === undefined ? "" : `a new ${kind} `}${title} in ${account}`;
        },
      )
      .replaceAll(WHOLE_ACCOUNT, (whole: string, id?: string, root?: string) => {
        const account = names.get(id ?? root ?? "");
        return account === undefined ? whole : `any principal that ${account} authorizes`;
      })
      .replaceAll(/(?<=administrator)( of |:)(\d{12})\b/g, (_, __, id: string) => ` of ${names.get(id) ?? id}`)
      .replaceAll("administer → administrator of ", "is administrator of ")
      .replaceAll(STEP, (_, way: string) => `${VERBS[way] ?? way.replaceAll("-", " ")} `),
  );
}
