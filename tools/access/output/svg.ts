import type { AccessGraph } from "../graph/access-graph";
import type { AccountAccess } from "../read/model";
import { dotOf } from "./dot";
import { drawingOf } from "./drawing";

const TITLE = "Who becomes whom";

/**
 * The picture of who becomes whom, laid out by Graphviz (as WebAssembly: nothing is to be installed). The same graph
 * gives the same bytes.
 */
export async function svgOf(accessGraph: AccessGraph, accounts: readonly AccountAccess[]): Promise<string> {
  const drawing = drawingOf(accessGraph, accounts);
  const { instance } = await import("@viz-js/viz");
  const viz = await instance();
  const rendered = viz.renderString(dotOf(drawing), { format: "svg" });
  const description = `People, services and GitHub outside, accounts as frames. ${drawing.notes.join(" ")}`;
  return accessible(rendered.slice(rendered.indexOf("<svg")), description);
}

/** Graphviz titles every part with its id; these are no use to a reader, and the whole has none. */
function accessible(svg: string, description: string): string {
  const plain = svg.replace(/<title>[^<]*<\/title>\n?/g, "").replace(/<!--[^]*?-->\n?/g, "");
  return plain.replace(/<svg ([^>]*)>/, (_, attributes: string) =>
    [
      `<svg role="img" aria-labelledby="title description" ${attributes}>`,
      `<title id="title">${TITLE}</title>`,
      `<desc id="description">${escapeXml(description)}</desc>`,
    ].join("\n"),
  );
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
