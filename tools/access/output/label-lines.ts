/** Breaks a label into lines, at spaces, and in long words after what parts them: `repo:example-org/` … */
export function labelLines(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const piece of text.split(" ").flatMap((word, index) => pieces((index === 0 ? "" : " ") + word, columns))) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + piece.length <= columns) lines[lines.length - 1] = last + piece;
    else lines.push(piece.trimStart());
  }
  return lines;
}

function pieces(word: string, columns: number): string[] {
  return word.length <= columns ? [word] : word.split(/(?<=[:/])(?=[^:/])/);
}
