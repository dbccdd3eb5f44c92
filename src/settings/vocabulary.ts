import { COMMON, type CommandName, FLAGS, NAMED, WITHOUT_VALUE } from "./command-line.ts";
import { SETTING_GROUPS } from "./described.ts";

/** Commands and flags as they can be typed. The empty text stands for the program without a command. */
export function vocabulary() {
  const described = SETTING_GROUPS.flatMap(({ settings }) => settings);
  const names = [...new Set([...COMMON, ...Object.values<readonly string[]>(FLAGS).flat()])];
  const flags = names.map((name) => {
    const { meaning = "", choices = [] } = described.find((each) => each.name === name) ?? {};
    return { name, meaning, choices, takesValue: !WITHOUT_VALUE.has(name), commands: commandsWith(name) };
  });
  return { commands: NAMED, flags };
}

function commandsWith(flag: string): string[] {
  const all = Object.keys(FLAGS) as CommandName[];
  const having = all.filter((command) => [...COMMON, ...FLAGS[command]].some((name) => name === flag));
  return having.map((command) => (command === "serve" ? "" : command));
}
