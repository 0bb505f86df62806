/** Something outside the project is missing or too old. The message is one line: what is missing, what was found, the remedy. */
export class MissingTool extends Error {
  public override readonly name = "MissingTool";

  constructor(missing: string, remedy: string, found = "nothing") {
    super(`${missing}: found ${found}; ${remedy}`);
  }
}
