/**
 * How versions of the protocol differ in what this server sends. Everything is written for the newest; an older
 * session gets it without what came later. Source: the changelogs and schemas of the specification.
 */

type Fields = Record<string, unknown>;

/** Kinds of elicitation. */
const MODES = "2025-11-25";
/** Structured results, links to resources, titles beside names, elicitation. */
const TITLES = "2025-06-18";
/** Annotations of tools, the capability to complete, texts of progress. */
const ANNOTATIONS = "2025-03-26";
/** Up to 2025-11-25; from then on it is a wrong parameter like others. */
const RESOURCE_NOT_FOUND = -32002;

/** A result of `method` as `version` knows it. */
export function resultFor(version: string, method: string | undefined, result: Fields): Fields {
  if (version >= TITLES) return result;
  const isOldest = version < ANNOTATIONS;
  switch (method) {
    case "initialize":
      return initialized(result, isOldest);
    case "tools/list":
      return { ...result, tools: each(result.tools, (tool) => listedTool(tool, isOldest)) };
    case "tools/call":
      return called(result);
    case "resources/list":
      return { ...result, resources: each(result.resources, listedResource) };
    case "resources/templates/list":
      return { ...result, resourceTemplates: each(result.resourceTemplates, listedResource) };
    case "prompts/list":
      return { ...result, prompts: each(result.prompts, listedPrompt) };
    default:
      return result;
  }
}

/** The same for the params of what this server says unasked. */
export function paramsFor(version: string, method: string, params: Fields): Fields {
  if (method === "notifications/progress" && version < ANNOTATIONS) return without(params, "message");
  if (method === "elicitation/create" && version < MODES) return without(params, "mode");
  return params;
}

/** An error as every version with sessions knows it. */
export function errorFor<E extends { code: number; data?: unknown }>(
  method: string | undefined,
  error: E,
): E {
  const isMissing = method?.startsWith("resources/") === true && "uri" in fieldsOf(error.data);
  return isMissing ? { ...error, code: RESOURCE_NOT_FOUND } : error;
}

/** What a client of `version` can do: what came later cannot be asked of it. */
export function clientCapabilities(version: string, capabilities: unknown): Fields {
  const declared = fieldsOf(capabilities);
  if (version < TITLES) return without(declared, "elicitation");
  const { elicitation } = declared;
  // Before there were kinds of it, an empty one meant forms.
  const isBare = typeof elicitation === "object" && Object.keys(elicitation ?? {}).length === 0;
  return isBare ? { ...declared, elicitation: { form: {} } } : declared;
}

function initialized(result: Fields, isOldest: boolean): Fields {
  const capabilities = fieldsOf(result.capabilities);
  return {
    ...result,
    capabilities: isOldest ? without(capabilities, "completions") : capabilities,
    serverInfo: without(fieldsOf(result.serverInfo), "title"),
  };
}

function listedTool(tool: Fields, isOldest: boolean): Fields {
  const { title, annotations, outputSchema: _, ...rest } = tool;
  return isOldest ? rest : { ...rest, annotations: { title, ...fieldsOf(annotations) } };
}

/** The text says all that the data says, and names the jobs. */
function called(result: Fields): Fields {
  const { structuredContent: _, content, ...rest } = result;
  const blocks: unknown[] = Array.isArray(content) ? content : [];
  return { ...rest, content: blocks.filter((block) => fieldsOf(block).type !== "resource_link") };
}

function listedResource(resource: Fields): Fields {
  const { title: _, annotations, ...rest } = resource;
  const kept = without(fieldsOf(annotations), "lastModified");
  return Object.keys(kept).length === 0 ? rest : { ...rest, annotations: kept };
}

function listedPrompt(prompt: Fields): Fields {
  const { title: _, arguments: args, ...rest } = prompt;
  return { ...rest, arguments: each(args, (argument) => without(argument, "title")) };
}

function each(list: unknown, change: (item: Fields) => Fields): Fields[] {
  return Array.isArray(list) ? list.map((item) => change(fieldsOf(item))) : [];
}

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function without({ ...fields }: Fields, key: string): Fields {
  delete fields[key];
  return fields;
}
