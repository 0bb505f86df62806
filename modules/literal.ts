/** Text for Terraform to take as it stands: unescaped, it would read `${` and `%{` as its own. */
export function literal(text: string): string {
  // By function: in a replacement string `$$` stands for one `$`.
  return text.replaceAll("${", () => "$${").replaceAll("%{", "%%{");
}
