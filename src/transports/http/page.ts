import { readPage } from "../../page-file.ts";

/** What the browser is told besides the policy in the page itself. */
const HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "cross-origin-opener-policy": "same-origin",
};

/** The page for people. It knows nothing: what it shows it asks of MCP, as whoever opened it. */
export async function page(): Promise<Response> {
  return new Response(await readPage(), { headers: HEADERS });
}
