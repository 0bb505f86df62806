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
  truncateSync,
} from "node:fs";
import { dirname } from "node:path";

/**
 * Writes a file completely or not at all: a temporary file in the same folder, then a rename. Creates the folder.
 * Passes errors of the file system on, and leaves no temporary file.
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

/** Reads the output of one command from the end of its log file. Only one command at a time may write to the file. */
export class LogTail {
  private readonly start: number;
  private next: number;

  /** Appends the header. Everything after it belongs to the command. */
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

  /** The complete lines written since the last call, or "". */
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

  /** Replaces everything since the header. */
  public rewrite(text: string): void {
    truncateSync(this.file, this.start);
    this.append(text);
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
