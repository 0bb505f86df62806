import type { Graph, Viz } from "@viz-js/viz" with { "resolution-mode": "import" };
import { oneLine } from "../support/text";

let loaded: Promise<Viz> | undefined;

/** A text in a label of Graphviz, which reads `\N` and `&lt;` in it as something else. */
export const label = (text: string): string => escaped(oneLine(text));

/** Lines of a label. */
export const labelLines = (lines: readonly string[]): string => lines.map(label).join("\n");

const escaped = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll("&", "&amp;");

const DEFAULTS = {
  graphAttributes: { bgcolor: "transparent", fontname: "Helvetica", fontsize: 14 },
  nodeAttributes: { shape: "box", style: "filled,rounded", fontname: "Helvetica", fontsize: 13.5, margin: "0.1,0.05" },
  edgeAttributes: { fontname: "Helvetica", fontsize: 12, arrowsize: 0.7 },
} as const;

/**
 * A graph as inline SVG. Colors come from the page's style, by the classes of nodes, edges and clusters, so that it fits
 * a light and a dark page.
 *
 * @param name what the picture shows, for people who do not see it
 */
export async function graphSvg(name: string, graph: Graph): Promise<string> {
  loaded ??= import("@viz-js/viz").then(({ instance }) => instance());
  const svg = (await loaded).renderString(graph, { format: "svg", ...DEFAULTS });
  const [, width = "", height = ""] = /<svg width="([\d.]+)pt" height="([\d.]+)pt"/.exec(svg) ?? [];
  return (
    svg
      .slice(svg.indexOf("<svg"))
      .replace(/<svg [^>]*viewBox="([^"]*)"[^>]*>/, (_, box: string) => {
        const size = `width="${width}" height="${height}" viewBox="${box}"`;
        return `<svg ${size} role="group" aria-label="${name}" xmlns="http://www.w3.org/2000/svg">`;
      })
      .replaceAll(/<!--.*?-->\n?/gs, "")
      .replaceAll("xlink:href=", "href=")
      .replaceAll(/ xlink:title="[^"]*"/g, "")
      .replaceAll(' xml:space="preserve"', "")
      // A page has several graphs.
      .replaceAll(/ id="[^"]*"/g, "")
      .replaceAll(/ (fill|stroke)="[^"]*"/g, (whole, attribute: string) =>
        /none|transparent/.test(whole) ? ` ${attribute}="none"` : "",
      )
      // The style has smaller ones: not every machine has a font as narrow as the one that the layout was made with.
      .replaceAll(/ font-(family|size)="[^"]*"/g, "")
  );
}
