import { type Described, SETTING_GROUPS, type SettingGroup } from "../../src/settings/described.ts";
import { variableOf } from "../../src/settings/mistyped.ts";

const INTRODUCTION = `# Configuration

Made from the settings by \`npx vitest run test/settings -u\`: change \`src/settings/described.ts\`, not this page.

Flags win over variables. A flag, variable or value that is not known ends the start with what was probably meant, so
that no limit is lost to a misspelling. A switch is set by its name alone; \`--owned-only=false\` takes it back.

## Which platform

The first of these that is there: \`--emulator\` (the platform on this machine), \`APOLO_PASSED_CONFIG\` (a login handed
over, as jobs started with \`pass_config\` have it), the login that \`apolo login\` saved in \`~/.apolo\` or the folder
\`APOLO_CONFIG\`, \`APOLO_URL\` with \`APOLO_TOKEN\`. Organization and project are those of the login, unless a file
\`.apolo.toml\` in the working directory or above selects others. \`HTTPS_PROXY\`, \`HTTP_PROXY\`, \`NO_PROXY\` and
\`NODE_EXTRA_CA_CERTS\` hold as elsewhere. \`apolo-jobs-mcp doctor\` tells which are in effect.
`;

/** The page of all settings for people, made from what \`--help\` prints and what mistakes are answered with. */
export function configurationPage(): string {
  return [INTRODUCTION, ...SETTING_GROUPS.map(section)].join("\n");
}

function section({ title, how, settings }: SettingGroup): string {
  const hasVariables = how.includes("APOLO_MCP_");
  const head = hasVariables
    ? ["| flag | variable | meaning | value | left out |", "|---|---|---|---|---|"]
    : ["| flag | meaning | value | left out |", "|---|---|---|---|"];
  const rows = settings.map((setting) => `| ${cells(setting, hasVariables).join(" | ")} |`);
  return [`## ${title}`, "", ...(hasVariables ? [] : [`${upper(how)}.`, ""]), ...head, ...rows, ""].join(
    "\n",
  );
}

function cells({ name, meaning, expected = "none", preset }: Described, hasVariables: boolean): string[] {
  const flag = [`\`--${name}\``];
  const written = hasVariables ? [...flag, `\`${variableOf(name)}\``] : flag;
  return [...written, ...[meaning, expected].map(escaped), preset ?? ""];
}

function upper(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

function escaped(text: string): string {
  return text.replaceAll("|", "\\|");
}
