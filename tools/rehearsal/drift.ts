/** Lines in which Terraform tells what it reads: noise beside the changes. */
const READING = /: (Refreshing state|Reading|Read complete|Still reading|Preparing import)\b/;

/** A plan made after everything was applied still finds changes. The message holds the plan. */
export class Drift extends Error {
  public override readonly name = "Drift";
  /** The plan as Terraform prints it, without the lines about reading. */
  public readonly planText: string;

  constructor(
    public readonly stackId: string,
    output: string,
    logFile: string,
  ) {
    const lines = output.split("\n").filter((line) => !READING.test(line));
    const planText = lines.join("\n").trim();
    super(
      `${stackId}: planned again after the apply, Terraform still finds changes:\n${planText.replace(/^(?=.)/gm, "  ")}\n  log: ${logFile}`,
    );
    this.planText = planText;
  }
}
