// A host of MCP Apps, bundled for the browser by the test: the page lives in a sandboxed frame of it.
import { AppBridge, PostMessageTransport } from "@modelcontextprotocol/ext-apps/app-bridge";

globalThis.mount = async ({ html, tool, input, result, theme }) => {
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", "allow-scripts");
  frame.style.cssText = "width: 700px; height: 500px; border: 0";
  document.body.append(frame);
  const hostContext = { theme, toolInfo: { tool: { name: tool, inputSchema: { type: "object" } } } };
  const capabilities = {
    serverTools: {},
    serverResources: {},
    openLinks: {},
    updateModelContext: { text: {} },
  };
  const bridge = new AppBridge(null, { name: "host", version: "0" }, capabilities, { hostContext });
  bridge.oncalltool = (params) => globalThis.callTool(params);
  bridge.onreadresource = (params) => globalThis.readResource(params);
  bridge.onupdatemodelcontext = async ({ content }) => {
    await globalThis.told(content[0].text);
    return {};
  };
  const ready = new Promise((resolve) => {
    bridge.oninitialized = resolve;
  });
  await bridge.connect(new PostMessageTransport(frame.contentWindow, frame.contentWindow));
  frame.srcdoc = html;
  await ready;
  await bridge.sendToolInput({ arguments: input });
  await bridge.sendToolResult(result);
};
