/** Breaks a line at spaces; what follows is indented further. */
export function wrapped(
  text: string,
  { indent = "", hanging = "  ", columns }: { indent?: string; hanging?: string; columns: number },
): string[] {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(" ")) {
    const isFirst = line.trim() === "";
    if (!isFirst && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = indent + hanging + word;
    } else {
      line += isFirst ? word : ` ${word}`;
    }
  }
  return [...lines, line];
}
