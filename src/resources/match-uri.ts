import type { Resource } from "./define-resource.ts";

/** Finds the resource whose template a URI fits, with the values of its variables, percent-decoded. */
export function matchUri(
  uri: string,
  resources: readonly Resource[],
): { resource: Resource; variables: Record<string, string> } | undefined {
  for (const resource of resources) {
    const variables = match(resource.uriTemplate, uri);
    if (variables !== undefined) return { resource, variables };
  }
  return undefined;
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
