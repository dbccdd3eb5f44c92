import { randomBytes } from "node:crypto";
import {
  hostHeaderValidationResponse,
  localhostAllowedHostnames,
  originValidationResponse,
  readRequestBody,
} from "@modelcontextprotocol/server";
import type { Platform } from "../../client/index.ts";
import type { Auth } from "./auth.ts";
import { Secret } from "./secret.ts";

const BYTES = 32;
const MOST_BODY_BYTES = 1000;

/**
 * Whoever opens the page by an address that works once. Its code becomes the secret of this process, which the page keeps
 * in memory: neither other users of this machine nor other web pages learn it.
 */
export class Visitors {
  readonly #secret = newSecret();
  readonly #announce: (code: string) => void;
  #code = newSecret();

  /** `announce` is told of each code that works now; one is used up by the page that sends it. */
  constructor(announce: (code: string) => void) {
    this.#announce = announce;
  }

  /** Who has the secret acts with the server's own login. */
  auth(own: Platform): Auth {
    return { by: "secret", secret: this.#secret, connect: () => own };
  }

  invite(): void {
    this.#announce(this.#code.reveal());
  }

  /** Answers the page that sends a code. */
  async redeem(request: Request): Promise<Response> {
    const names = localhostAllowedHostnames();
    const foreign = hostHeaderValidationResponse(request, names) ?? originValidationResponse(request, names);
    if (foreign !== undefined) return foreign;
    if (request.method !== "POST") return new Response("POST a code.\n", { status: 405 });
    const code = await codeIn(request);
    if (code === undefined || !code.equals(this.#code)) return new Response(USED, { status: 403 });
    this.#code = newSecret();
    this.invite();
    return Response.json({ token: this.#secret.reveal() }, { headers: { "cache-control": "no-store" } });
  }
}

const USED =
  "This address was used already: each works once. The terminal of `apolo-jobs-mcp dashboard` shows the next one.";

function newSecret(): Secret {
  return new Secret(randomBytes(BYTES).toString("base64url"));
}

async function codeIn(request: Request): Promise<Secret | undefined> {
  try {
    const read = await readRequestBody(request, MOST_BODY_BYTES);
    const { code }: { code?: unknown } = read.tooLarge ? {} : JSON.parse(read.text);
    return typeof code === "string" ? new Secret(code) : undefined;
  } catch {
    return undefined;
  }
}
