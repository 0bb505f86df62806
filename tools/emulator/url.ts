import { UserError } from "../../config/user-error";

/**
 * The emulator's URL without a path. A numeric host alone makes S3 clients path-style by themselves (`localhost` breaks
 * Terraform's backend), and an emulator on another machine is not ours to write to.
 */
export function parseEmulatorUrl(text: string, what: string): string {
  const port = Number(/^http:\/\/127\.0\.0\.1:(\d{1,5})\/?$/.exec(text)?.[1]);
  if (!(port >= 1 && port <= 65535)) throw new UserError(`${what} must be http://127.0.0.1:<port>, got "${text}"`);
  return `http://127.0.0.1:${port}`;
}
