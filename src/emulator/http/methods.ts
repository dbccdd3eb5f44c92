import { HttpError } from "./http-error.ts";

/** The method whose route answers: who answers GET answers HEAD too, as in the platform's web framework. */
export function routedMethod(method: string | undefined): string {
  return method === undefined || method === "HEAD" ? "GET" : method;
}

/** Why no route answers: none has the path, or those that have it have other methods. Source: protocol reference 2.3. */
export function notRouted(methods: readonly string[]): HttpError {
  if (methods.length === 0) return new HttpError(404, "404: Not Found");
  const allowed = new Set([...methods, ...(methods.includes("GET") ? ["HEAD"] : [])]);
  return new HttpError(405, "405: Method Not Allowed", { headers: { Allow: [...allowed].sort().join(",") } });
}
