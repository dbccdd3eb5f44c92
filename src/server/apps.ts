import { readPage } from "../page-file.ts";
import type { Tool } from "../tools/define-tool.ts";

/** Hosts that show pages in a conversation. Source: MCP Apps, 2026-01-26. */
export const APPS_EXTENSION = "io.modelcontextprotocol/ui";
/** The one page; which view it opens with depends on the tool whose result it shows. */
export const PAGE_URI = "ui://apolo-jobs/page";
const MIME_TYPE = "text/html;profile=mcp-app";

/** Tells which tools have a view; only hosts that show one are told. */
export function withViews<L extends { name: string }>(listing: readonly L[], tools: readonly Tool[]) {
  const shown = new Set(tools.filter(({ hasView }) => hasView === true).map(({ name }) => name));
  const _meta = { ui: { resourceUri: PAGE_URI } };
  return listing.map((tool) => (shown.has(tool.name) ? { ...tool, _meta } : tool));
}

/** The page as a host shows it. A host gives it no list of tools, so it says itself which there are and what they take. */
export async function pageContents(listing: readonly { name: string; inputSchema: object }[]) {
  const tools = Object.fromEntries(listing.map(({ name, inputSchema }) => [name, inputSchema]));
  const head = `<html class="conversation" data-tools="${attribute(JSON.stringify(tools))}"`;
  const text = (await readPage()).replace("<html", () => head);
  return { uri: PAGE_URI, mimeType: MIME_TYPE, text, _meta: { ui: { prefersBorder: true } } };
}

function attribute(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
}
