/** The kinds of Terraform commands that have a time limit of their own. */
export type CommandKind = "init" | "plan" | "apply" | "read";

/** Seconds after which a command of Terraform is interrupted. */
export const TIME_LIMITS: Readonly<Record<CommandKind, number>> = {
  /** The first init may download the provider. */
  init: 600,
  plan: 600,
  /** Apply and destroy: AWS needs up to 40 minutes to modify a database. */
  apply: 3600,
  /** Commands that only read, and those that only write a state. */
  read: 120,
};

/** Seconds from interrupt to kill: an interrupted Terraform waits for its running calls, then saves the state. */
export const GRACE_SECONDS = 60;

/** The longest that a single command of Terraform waits for a lock. A lock's creation time is when its wait began. */
export const LOCK_TURN_SECONDS = 20;

/**
 * Minutes that a command waits for a state's lock, unless `--lock-timeout` says otherwise. Longer than AWS needs to modify
 * a database, and short enough that the credentials of a pipeline's plan, which are valid for an hour, serve the plan too.
 */
export const LOCK_TIMEOUT_MINUTES = 45;
