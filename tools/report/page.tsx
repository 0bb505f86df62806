import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ComponentChildren } from "preact";
import { render } from "preact-render-to-string";
import { oneLine } from "../support/text";

/** A panel, and the text of its tab. */
export interface PageTab {
  readonly id: string;
  readonly title: string;
  /** Shown next to the title: the number of something, or a verdict. @default nothing */
  readonly note?: string;
  /** Whether the note is about something wrong. @default false */
  readonly isBad?: boolean;
  readonly content: ComponentChildren;
}

export interface PageProps {
  readonly solution: string;
  /** The estate file, the commit, the plan: what the page was made from. */
  readonly origin: readonly string[];
  readonly tabs: readonly PageTab[];
}

const asset = (name: string): string => readFileSync(join(__dirname, "page", name), "utf8");
const hashOf = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/**
 * The page as one file that loads nothing. Everything is readable without its script, which adds tabs and filters. All
 * texts are escaped, and characters that would reverse or hide text are written as codes.
 */
export function pageHtml(props: PageProps): string {
  const [style, script] = [asset("style.css"), asset("client.js")];
  const policy = `default-src 'none'; style-src ${hashOf(style)}; script-src ${hashOf(script)}; base-uri 'none'; form-action 'none'`;
  const html = render(<Page {...props} policy={policy} style={style} script={script} />);
  return `<!doctype html>\n${visible(html)}\n`;
}

/** Line breaks stay: no line of the page's own is longer than it must be. */
const visible = (html: string): string => html.split("\n").map(oneLine).join("\n");

interface DocumentProps extends PageProps {
  readonly policy: string;
  readonly style: string;
  readonly script: string;
}

function Page({ solution, origin, tabs, policy, style, script }: DocumentProps) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content={policy} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <title>{`${solution}: estate report`}</title>
        <style dangerouslySetInnerHTML={{ __html: style }} />
      </head>
      <body>
        <header>
          <h1>
            {solution} <small>estate report</small>
          </h1>
          <p class="origin">
            {origin.map((text) => (
              <span>{text}</span>
            ))}
          </p>
          <nav aria-label="Parts of the report">
            <div class="tabs" data-tabs>
              {tabs.map(({ id, title, note, isBad = false }) => (
                <a id={`tab-${id}`} href={`#${id}`}>
                  {title}
                  {note !== undefined && <span class={isBad ? "note bad" : "note"}>{note}</span>}
                </a>
              ))}
            </div>
          </nav>
        </header>
        <main>{tabs.map(({ content }) => content)}</main>
        <script dangerouslySetInnerHTML={{ __html: script }} />
      </body>
    </html>
  );
}
