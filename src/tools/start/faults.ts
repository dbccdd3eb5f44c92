import { callText } from "../../jobs/next-call.ts";
import { makeRedactor } from "../../jobs/redact/index.ts";
import type { StartFault } from "../../jobs/start/problems.ts";

const redact = makeRedactor();

type Words = { [Code in StartFault["code"]]: (fault: StartFault & { code: Code }) => string };

const WORDS: Words = {
  name_length: ({ name }) => `"${cut(name)}" has ${name.length} characters; 3 to 40 are allowed.`,
  name_form: ({ name, near }) =>
    `"${cut(name)}" is not valid: lower-case letters, digits and single hyphens between them, a letter first, e.g. ${near}.`,
  name_like_id: () => "it cannot start with job-; that is how ids start.",
  too_many_tags: ({ count, own, most }) =>
    `${count} with this server's own ${own}; the platform allows ${most}.`,
  tag_length: () => "each has 1 to 256 characters.",
  tag_blank: ({ tag }) => `"${cut(tag)}" contains a blank.`,
  server_tag: ({ tag }) => `"${cut(tag)}" is one that only this server gives; leave it out.`,
  blank: () => "it is blank; leave it out.",
  several_lines: () => "it must be one line.",
  nul: () => "it contains a NUL character.",
  nul_in_one: () => "one contains a NUL character.",
  relative_folder: ({ folder }) => `"${cut(folder)}" is not absolute; it must start with /.`,
  no_port: ({ port }) => `${port} is not between 1 and 65535.`,
  schedule_timeout_range: () => "it must be at least 1 second and under 30 days.",
  takes_turns: ({ preset }) => `not allowed with preset ${preset}, whose jobs take turns.`,
  takes_no_turns: ({ preset }) => `only for presets whose jobs take turns; ${preset} is not one of them.`,
  nameless_variable: () => "a variable has no name.",
  variable_equals: () => 'a variable\'s name contains "=".',
  variable_form: ({ variable }) =>
    `"${cut(variable)}" is not a valid variable name: use letters, digits and _, and no digit first.`,
  variable_nul: ({ variable }) => `the value of ${cut(variable)} contains a NUL character.`,
  variable_too_long: ({ variable, mostBytes }) =>
    `the value of ${cut(variable)} is too long; no program can be started with more than ${mostBytes / 1024} KiB in one variable.`,
  config_in_env: () => "the variable NEURO_PASSED_CONFIG is already set in env.",
  relative_mount: ({ path }) => `mount path "${cut(path)}" is not absolute.`,
  mount_above: ({ path }) => `mount path "${cut(path)}" must not contain "..".`,
  mounted_twice: ({ path }) => `two things are mounted at ${cut(path)}.`,
  local_folder: ({ folder, path, name }) => {
    const volume = { volumes: [`storage:${name}:${path}`] };
    const heredoc = { command: `cat > ${path}/a.txt <<'END'\n…\nEND\npython train.py` };
    const piped = { job: "…", command: `cat > ${path}/a.txt`, stdin: "…" };
    return [
      `"${cut(folder)}" is on the user's machine, where no job sees it.`,
      `Many or large files: the user runs \`apolo storage cp -r ${shellWord(cut(folder))} storage:${name}\`, then ${JSON.stringify(volume)}.`,
      `Small text: ${JSON.stringify(heredoc)} (mkdir -p first), or into a running job ${callText({ tool: "job_exec", arguments: piped })}.`,
    ].join(" ");
  },
  other_cluster: ({ uri, cluster }) => `${cut(uri)} is not on the job's cluster ${cluster}.`,
};

/** What would be refused about an argument: `name: "ab" has 2 characters; …`. */
export function faultText(fault: StartFault): string {
  const words = WORDS[fault.code] as (fault: StartFault) => string; // the table pairs each code with its fault
  return `${fault.field}: ${words(fault)}`;
}

/** `~` and `$HOME` are left to the shell. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./~\\${}-]+$/.test(text) ? text : `"${text}"`;
}

/** What a rerun is refused for was written by whoever made the first job. */
function cut(text: string): string {
  return redact(text).text.slice(0, 80);
}
