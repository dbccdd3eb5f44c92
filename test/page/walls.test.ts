import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, onTestFinished } from "vitest";
import { page as servePage } from "../../src/transports/http/page.ts";
import { Visitors } from "../../src/transports/http/visitors.ts";
import { chromiumPath, openBrowser, openPage } from "../support/browser.ts";
import { WITHIN } from "../support/busy.ts";
import { expect, test } from "../support/fixtures.ts";
import { serveHttp } from "../support/http.ts";
import { visit } from "../support/page.ts";

let browser: Browser;
beforeAll(async () => {
  if (chromiumPath !== undefined) browser = await openBrowser();
});
afterAll(() => browser?.close());

/** Another web page, which writes down what is asked of it. */
async function otherSite(html = "") {
  const asked: string[] = [];
  const server = createServer(({ url = "" }, response) => {
    asked.push(url);
    response.setHeader("content-type", "text/html");
    response.end(html);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo; // as it listens on a port
  return { asked, url: `http://localhost:${port}/` };
}

/** What a script in the page is kept from by the page's own policy. */
const forbidden = (page: Page, script: string) =>
  page.evaluate<string>(`new Promise((resolve) => {
    addEventListener("securitypolicyviolation", ({ effectiveDirective }) => resolve(effectiveDirective), { once: true });
    ${script}
  })`);

describe.skipIf(chromiumPath === undefined)("the page", () => {
  test("asks for itself and its tools, and for nothing else", async ({ platform }) => {
    const { page } = await openPage(browser);
    const { url } = await serveHttp(platform, { pages: { "/": servePage } });
    const asked: string[] = [];
    page.on("request", (request) => asked.push(`${request.method()} ${request.url()}`));
    await page.goto(new URL("/", url).href);
    await page.getByText("There are no jobs here yet.").waitFor();
    expect(new Set(asked)).toEqual(new Set([`GET ${url.origin}/`, `POST ${url.origin}/mcp`]));
  });

  test("runs nothing that is put into it, and sends nothing out of it", async ({ platform }) => {
    const { asked, url } = await otherSite();
    const { page } = await visit(browser, platform);
    const attempts = {
      "connect-src": `fetch("${url}").catch(() => undefined)`,
      "img-src": `new Image().src = "${url}"`,
      "script-src-elem": `document.head.append(Object.assign(document.createElement("script"), { text: "1" }))`,
      "script-src-attr": `document.body.setAttribute("onclick", "1")`,
      "form-action": `{
        const form = Object.assign(document.createElement("form"), { action: "${url}" });
        document.body.append(form);
        form.submit();
      }`,
      "base-uri": `document.head.append(Object.assign(document.createElement("base"), { href: "${url}" }))`,
      "frame-src": `document.body.append(Object.assign(document.createElement("iframe"), { src: "${url}" }))`,
    };
    for (const [directive, script] of Object.entries(attempts))
      expect(await forbidden(page, script)).toBe(directive);
    expect(asked).toEqual([]);
  });

  test("is shown in no frame, and tells nobody where a person comes from", async ({ platform }) => {
    const { url } = await serveHttp(platform, { pages: { "/": servePage } });
    const { headers } = await fetch(new URL("/", url));
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    const framing = await otherSite(`<iframe src="${new URL("/", url).href}"></iframe>`);
    const { page } = await openPage(browser);
    const loaded = page.waitForEvent("requestfailed", (request) => request.url().startsWith(url.origin));
    await page.goto(framing.url);
    await loaded;
    await expect
      .poll(() => page.frames().map((frame) => frame.url()), WITHIN)
      .toContain("chrome-error://chromewebdata/");
  });
});

describe("a code", () => {
  test("lets in one of two that bring it at the same time", async ({ platform }) => {
    const codes: string[] = [];
    const visitors = new Visitors((code) => codes.push(code));
    visitors.invite();
    const { url } = await serveHttp(platform, {
      pages: { "/session": (asked) => visitors.redeem(asked) },
    });
    const redeem = async () => {
      const body = JSON.stringify({ code: codes[0] });
      return (await fetch(new URL("/session", url), { method: "POST", body })).status;
    };
    expect((await Promise.all([redeem(), redeem()])).sort()).toEqual([200, 403]);
    expect(new Set(codes).size).toBe(2);
  });

  test.for(["/session", "/mcp"])(
    "is of no use to who reaches %s by another name",
    async (path, { platform }) => {
      const visitors = new Visitors(() => undefined);
      const { url } = await serveHttp(platform, {
        pages: { "/": servePage, "/session": (asked) => visitors.redeem(asked) },
      });
      const status = await new Promise((resolve, reject) => {
        const headers = { host: "evil.example", "content-type": "application/json" };
        const asked = request(new URL(path, url), { method: "POST", headers }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        asked.on("error", reject);
        asked.end("{}");
      });
      expect(status).toBe(403);
    },
  );
});
