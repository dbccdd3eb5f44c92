import { PlatformError } from "../client/index.ts";
import type { Resource } from "./define-resource.ts";

interface Match {
  resource: Resource;
  variables: Record<string, string>;
}

/**
 * The resource whose template a URI fits, with the values of its variables, percent-decoded.
 * @throws {PlatformError} `not_found` with the forms that exist
 */
export function matchUri(uri: string, resources: readonly Resource[]): Match {
  for (const resource of resources) {
    const variables = match(resource.uriTemplate, uri);
    if (variables !== undefined) return { resource, variables };
  }
  const forms = resources.map(({ uriTemplate }) => uriTemplate).join(", ");
  throw new PlatformError(
    "not_found",
    `There is no resource ${uri.slice(0, 200)}. Resources here: ${forms}.`,
  );
}

function match(template: string, uri: string): Record<string, string> | undefined {
  const wanted = template.split("/");
  const given = uri.split("/");
  if (wanted.length !== given.length) return undefined;
  const variables: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? "";
    const variable = /^\{(\w+)\}$/.exec(part)?.[1];
    if (variable === undefined) {
      if (part !== value) return undefined;
      continue;
    }
    const decoded = decode(value);
    if (decoded === undefined || decoded === "") return undefined;
    variables[variable] = decoded;
  }
  return variables;
}

function decode(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}
