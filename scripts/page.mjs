// The page for people: one file that asks for nothing else.
import { createHash } from "node:crypto";
import { build } from "esbuild";

const options = { bundle: true, minify: true, write: false, legalComments: "none" };

/** Its HTML. Only the script and the style in it may run, wherever it is shown. */
export async function pageHtml() {
  const [script, style] = await Promise.all([
    text({ entryPoints: ["src/page/main.ts"], format: "iife", target: "es2022" }),
    text({ entryPoints: ["src/page/page.css"] }),
  ]);
  const policy = [
    "default-src 'none'",
    `script-src '${hash(script)}'`,
    // Rows are placed by styles of their own.
    "style-src 'unsafe-inline'",
    "img-src data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta http-equiv="Content-Security-Policy" content="${policy}"><title>Jobs · Apolo</title><link rel="icon" href="data:,"><style>${style}</style></head><body><script>${script}</script></body></html>\n`;
}

async function text(own) {
  const { outputFiles } = await build({ ...options, ...own });
  return outputFiles[0].text.trim().replaceAll("</script", "<\\/script");
}

function hash(script) {
  return `sha256-${createHash("sha256").update(script).digest("base64")}`;
}
