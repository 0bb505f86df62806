import type { Problems } from "./problems";
import type { StackScope } from "./resolver";

/** What code of a module may hold that affects access or hides it: other modules, programs, policies. */
const HIDING =
  /\bmodule\b|\bprovisioner\b|\bprovider\b|\bexternal\b|policy|Statement|\bgrant\b|\bacl\b|\b(?:import|removed|ephemeral)\b|"resource"\s*:|\/\*/i;

/**
 * Reports modules unless their code surely affects no access: it is a folder of the stack, and all its resources are of
 * types that grant none. Terraform resolves the rest.
 */
export function reportModules(
  { stack }: Pick<StackScope, "stack">,
  isHarmless: (type: string) => boolean,
  problems: Problems,
): void {
  for (const name of Object.keys(stack.json.module ?? {})) {
    const text = stack.modules?.[name];
    const where = `${stack.id} module.${name}`;
    if (text === undefined) {
      problems.add(where, "is a module whose code is not in custom/, which is not supported: copy it there");
      continue;
    }
    const code = text.replaceAll(/^\s*(#|\/\/).*$/gm, "");
    // A label of a block may be without quotes.
    const types = [...code.matchAll(/\b(?:resource|data)\s+"?(\w+)/g)].map(([, type = ""]) => type);
    const granting = [...new Set(types)].filter((type) => !isHarmless(type));
    if (granting.length > 0)
      problems.add(where, `has ${granting.join(", ")}, whose access is not read in modules: write it in TypeScript`);
    const hidden = HIDING.exec(code)?.[0];
    if (hidden !== undefined)
      problems.add(where, `has ${hidden.replaceAll(/[\s"]/g, "")}, which is not read in modules`);
    if (types.length === 0) problems.add(where, "has no resource in a form that is read");
  }
}
