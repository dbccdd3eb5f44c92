import type {
  BlobResourceContents,
  CallToolResult,
  ContentBlock,
  PromptMessage,
  TextResourceContents,
} from "@modelcontextprotocol/server";

/** A red pixel, and a sound of no samples. */
const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";
const WAV = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA=";

const image: ContentBlock = { type: "image", data: PNG, mimeType: "image/png" };
const embedded: ContentBlock = {
  type: "resource",
  resource: {
    uri: "test://embedded-resource",
    mimeType: "text/plain",
    text: "This is an embedded resource content.",
  },
};

export function say(text: string): CallToolResult {
  return { content: [{ type: "text", text }] };
}

/** What the tools answer that need nothing and ask nobody. */
export const answers: Readonly<Record<string, CallToolResult>> = {
  test_image_content: { content: [image] },
  test_audio_content: { content: [{ type: "audio", data: WAV, mimeType: "audio/wav" }] },
  test_embedded_resource: { content: [embedded] },
  test_multiple_content_types: {
    content: [{ type: "text", text: "Multiple content types test:" }, image, embedded],
  },
};

export const resources = [
  { uri: "test://static-text", name: "Static text", mimeType: "text/plain" },
  { uri: "test://static-binary", name: "Static binary", mimeType: "image/png" },
  { uri: "test://watched-resource", name: "Watched resource", mimeType: "text/plain" },
];
export const templates = [
  { uriTemplate: "test://template/{id}/data", name: "Template", mimeType: "application/json" },
];

/** What one of these resources holds; undefined for any other. */
export function contentsOf(uri: string): TextResourceContents | BlobResourceContents | undefined {
  const mimeType = resources.find((resource) => resource.uri === uri)?.mimeType;
  if (uri === "test://static-binary") return { uri, mimeType, blob: PNG };
  if (mimeType !== undefined) return { uri, mimeType, text: `This is the content of ${uri}.` };
  const [, id] = /^test:\/\/template\/([^/]+)\/data$/.exec(uri) ?? [];
  if (id === undefined) return undefined;
  const text = JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` });
  return { uri, mimeType: "application/json", text };
}

export const prompts = [
  { name: "test_simple_prompt", description: "Says a sentence" },
  {
    name: "test_prompt_with_arguments",
    description: "Repeats its arguments",
    arguments: ["arg1", "arg2"].map((name) => ({ name, required: true })),
  },
  {
    name: "test_prompt_with_embedded_resource",
    description: "Embeds a resource",
    arguments: [{ name: "resourceUri", required: true }],
  },
  { name: "test_prompt_with_image", description: "Shows an image" },
  { name: "test_input_required_result_prompt", description: "Asks before it answers" },
];

/** What one of these prompts that ask nobody says; undefined for any other. */
export function messagesOf(
  name: string,
  { arg1, arg2, resourceUri = "" }: Record<string, string> = {},
): PromptMessage[] | undefined {
  switch (name) {
    case "test_simple_prompt":
      return [user("This is a simple prompt for testing.")];
    case "test_prompt_with_arguments":
      return [user(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)];
    case "test_prompt_with_embedded_resource": {
      const text = "Embedded resource content for testing.";
      const resource = { uri: resourceUri, mimeType: "text/plain", text };
      const content = { type: "resource" as const, resource };
      return [{ role: "user", content }, user("Please process the embedded resource above.")];
    }
    case "test_prompt_with_image":
      return [{ role: "user", content: image }, user("Please analyze the image above.")];
    default:
      return undefined;
  }
}

export function user(text: string): PromptMessage {
  return { role: "user", content: { type: "text", text } };
}
