import example from "./example";
import type { EstateFile } from "./schema";

/*
 * The estate: the one file that a team edits. Data only; README.md explains it, config/estate.schema.json says what
 * each value may be. A fresh clone has the example here: `cp config/example.ts config/estate.ts` makes it yours to
 * edit.
 */
const estate: EstateFile = example;

export default estate;
