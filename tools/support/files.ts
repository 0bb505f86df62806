import {
  mkdirSync,
  renameSync,
  rmSync,
  writeFileSync,
  appendFileSync,
  closeSync,
  openSync,
  readSync,
  statSync,
} from "node:fs";
import { dirname } from "node:path";

/**
 * Writes a file that other processes see either as it was or whole, never half: a temporary file beside it, then a
 * rename. Makes the folder. Throws what the file system throws, and leaves no temporary file behind.
 */
export function writeAtomically(file: string, content: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.${Date.now().toString(36)}.tmp`;
  try {
    writeFileSync(temporary, content);
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/**
 * What one command writes to the end of a log file, read while and after it runs. Only one command at a time may write
 * to the file.
 */
export class LogTail {
  private readonly start: number;
  private next: number;

  /** Appends the header; what follows it belongs to the command. */
  constructor(
    private readonly file: string,
    header: string,
  ) {
    this.append(header);
    this.start = statSync(file).size;
    this.next = this.start;
  }

  public append(text: string): void {
    appendFileSync(this.file, text);
  }

  /** The whole lines written since the last call, or "" where there are none. */
  public newLines(): string {
    const unread = this.read(this.next);
    const length = unread.lastIndexOf(0x0a) + 1;
    this.next += length;
    return unread.subarray(0, length).toString();
  }

  /** Everything since the header. */
  public all(): string {
    return this.read(this.start).toString();
  }

  private read(from: number): Buffer {
    const descriptor = openSync(this.file, "r");
    try {
      const buffer = Buffer.alloc(Math.max(0, statSync(this.file).size - from));
      const length = readSync(descriptor, buffer, 0, buffer.length, from);
      return buffer.subarray(0, length);
    } finally {
      closeSync(descriptor);
    }
  }
}
