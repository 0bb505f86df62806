import { join } from "node:path";

/** The project's root folder, where main.ts and package.json are. */
export const ROOT = join(__dirname, "../..");

/** The project's ignored cache folder. */
export const CACHE = join(ROOT, ".cache");
