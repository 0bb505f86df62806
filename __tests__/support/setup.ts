import { join } from "node:path";

// Tests are about the example, whatever estate a team has in config/estate.ts or names by ESTATE.
process.env["ESTATE"] = join(__dirname, "../../config/example.ts");
