import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { hostname } from "node:os";
import { failure, type HttpError } from "./answer.ts";

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/;

/** Whether only programs of this machine reach a host. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

/**
 * Refuses what a web page of somebody else sends through a browser: requests under a foreign name, which may have
 * been bound to this address, and requests that say they come from another origin. Returns why, if it does.
 */
export function siteFault({ headers }: IncomingMessage, listensOn: string): HttpError | undefined {
  const asked = urlOf(`http://${headers.host ?? ""}`);
  if (
    asked === undefined ||
    asked.host === "" ||
    !isOwnName(asked.hostname.replace(/^\[|\]$/g, ""), listensOn)
  )
    return failure(403, "This host name is not the emulator's.");
  const { origin, "sec-fetch-site": from = "none", "sec-fetch-mode": mode } = headers;
  const isForeign = origin !== undefined && urlOf(origin)?.host !== asked.host;
  // Requests without an origin: a page may lead to the emulator, and embed or fetch nothing of it.
  const isEmbedded = !["none", "same-origin"].includes(String(from)) && mode !== "navigate";
  return isForeign || isEmbedded ? failure(403, "Requests of other web pages are refused.") : undefined;
}

/** IP addresses cannot be rebound; beyond loopback any of them may be this machine's. */
function isOwnName(name: string, listensOn: string): boolean {
  if (isLoopback(name)) return true;
  if (isLoopback(listensOn)) return false;
  return isIP(name) !== 0 || [listensOn, hostname()].some((own) => own.toLowerCase() === name);
}

function urlOf(text: string): URL | undefined {
  return /^https?:\/\/[^/?#@\\\s]+$/i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
}
