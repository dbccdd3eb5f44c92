import { CLIENTS } from "./setup/clients.ts";
import { misused, type Terminal } from "./terminal.ts";

/** What can be typed behind the program's name. */
export interface Vocabulary {
  commands: readonly string[];
  flags: readonly CompletedFlag[];
  tools: readonly string[];
}

export interface CompletedFlag {
  name: string;
  meaning: string;
  takesValue: boolean;
  /** The values that pass; empty where there are too many. */
  choices: readonly string[];
  /** Where it may stand; the empty text is the program without a command. */
  commands: readonly string[];
}

const SHELLS = { bash, zsh, fish } as const;
const PROGRAM = "apolo-jobs-mcp";

/** Prints the completion for a shell. */
export function runCompletion(
  { words: [shell = ""] }: { words: readonly string[] },
  { terminal, vocabulary }: { terminal: Terminal; vocabulary: Vocabulary },
): number {
  const write = Object.entries(SHELLS).find(([name]) => name === shell)?.[1];
  if (write === undefined)
    return misused(terminal, `completion needs a shell: ${Object.keys(SHELLS).join(", ")}`);
  terminal.out.write(write(vocabulary));
  return 0;
}

function bash(vocabulary: Vocabulary): string {
  return `# In ~/.bashrc: source <(${PROGRAM} completion bash)
_apolo_jobs_mcp() {
  local first=\${COMP_WORDS[1]} current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]}
  local position=$COMP_CWORD before="\${COMP_WORDS[*]:0:COMP_CWORD} " found=
  # Bash takes --mode=full apart.
  if [[ $current == = ]]; then current=; elif [[ $previous == = ]]; then previous=\${COMP_WORDS[COMP_CWORD-2]}; fi
${cases(vocabulary)}
  COMPREPLY=($(compgen -W "$found" -- "$current"))
}
complete -o default -F _apolo_jobs_mcp ${PROGRAM}
`;
}

function zsh(vocabulary: Vocabulary): string {
  return `#compdef ${PROGRAM}
# In ~/.zshrc, behind compinit: source <(${PROGRAM} completion zsh)
_apolo_jobs_mcp() {
  local first=$words[2] current=$words[CURRENT] previous=$words[CURRENT-1]
  local position=$((CURRENT - 1)) before="\${words[1,CURRENT-1]} " found=
  if [[ $current == --*=* ]]; then previous=\${current%%=*}; compset -P '*='; current=; fi
${cases(vocabulary)}
  if [[ -n $found ]]; then compadd -- \${=found}; else _files; fi
}
compdef _apolo_jobs_mcp ${PROGRAM}
`;
}

/** What bash and zsh share: puts the words that may stand here into \`found\`; none where it may be a file. */
function cases({ commands, flags, tools }: Vocabulary): string {
  const valued = flags.filter(({ takesValue }) => takesValue);
  const chosen = valued.filter(({ choices }) => choices.length > 0);
  const free = valued.filter(({ choices }) => choices.length === 0);
  const flagsOf = (command: string) =>
    flags.flatMap(({ name, commands: where }) => (where.includes(command) ? [`--${name}`] : []));
  return `  case $first in
    ${commands.join("|")}) ;;
    *) first= ;;
  esac
  case $previous in
${chosen.map(({ name, choices }) => `    --${name}) found='${choices.join(" ")}' ;;`).join("\n")}
    ${free.map(({ name }) => `--${name}`).join("|")}) ;;
    *) case $current in
      -*) case $first in
${["", ...commands].map((command) => `        '${command}') found='${flagsOf(command).join(" ")}' ;;`).join("\n")}
      esac ;;
      *) case $position:$first in
        1:*) found='${commands.join(" ")}' ;;
        *:call|*:tools) case $before in
          ${tools.map((tool) => `*' ${tool} '*`).join("|")}) ;;
          *) found='${tools.join(" ")}' ;;
        esac ;;
        *:setup) found='${Object.keys(CLIENTS).join(" ")}' ;;
        2:completion) found='${Object.keys(SHELLS).join(" ")}' ;;
      esac ;;
    esac ;;
  esac`;
}

function fish({ commands, flags, tools }: Vocabulary): string {
  const seen = (words: readonly string[]) => `__fish_seen_subcommand_from ${words.join(" ")}`;
  const lines = [
    `-f -n 'not ${seen(commands)}' -a '${commands.join(" ")}'`,
    `-f -n '${seen(["call", "tools"])}; and not ${seen(tools)}' -a '${tools.join(" ")}'`,
    `-f -n '${seen(["setup"])}' -a '${Object.keys(CLIENTS).join(" ")}'`,
    `-f -n '${seen(["completion"])}' -a '${Object.keys(SHELLS).join(" ")}'`,
    ...flags.map(({ name, meaning, takesValue, choices, commands: where }) => {
      const others = commands.filter((command) => !where.includes(command));
      const condition = where.includes("") ? `not ${seen(others)}` : seen(where);
      const always = others.length === 0;
      const value = choices.length > 0 ? ` -x -a '${choices.join(" ")}'` : takesValue ? " -r -F" : " -f";
      return `${always ? "" : `-n '${condition}' `}-l ${name}${value} -d ${quoted(meaning)}`;
    }),
  ];
  return `# ${PROGRAM} completion fish > ~/.config/fish/completions/${PROGRAM}.fish
${lines.map((line) => `complete -c ${PROGRAM} ${line}`).join("\n")}
`;
}

/** A text as fish reads it. */
function quoted(text: string): string {
  return `'${text.replace(/['\\]/g, "\\$&")}'`;
}
