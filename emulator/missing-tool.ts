/** A tool that a run needs is not there. The message is one line: what is missing, and the remedy. */
export class MissingTool extends Error {
  public override readonly name = "MissingTool";
}
