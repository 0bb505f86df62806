import example from "./example";
import type { EstateFile } from "./schema";

/*
 * The estate: the one file that a team edits. It holds data only. docs/estate.md lists every key. A fresh clone uses
 * the example: `cp config/example.ts config/estate.ts` gives you your own copy to edit.
 */
const estate: EstateFile = example;

export default estate;
