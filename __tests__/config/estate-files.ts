import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EstateError } from "../../config/estate-error";
import { loadEstate } from "../../config/load";
import { membersFile } from "../../config/members-record";

/** A folder for estate files during the tests of a file. */
export function estateFiles() {
  const folder = mkdtempSync(join(tmpdir(), "estate-"));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  /** An estate file, with the record of the created member that the minimal estate has. */
  const file = (name: string, content: string, record = '["lab"]'): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    writeFileSync(membersFile(path), record);
    return path;
  };

  /** The error for a file, without its first line. */
  const refusal = (path: string): string => {
    try {
      loadEstate(path);
    } catch (error) {
      if (!(error instanceof EstateError)) throw error;
      expect(error.message.split("\n")[0]).toBe(`the estate is not valid (${path}):`);
      return error.message.split("\n").slice(1).join("\n");
    }
    throw new Error(`${path} was accepted`);
  };

  return { folder, file, refusal };
}
