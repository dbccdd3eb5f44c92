import { styleText } from "node:util";

/** Where something is printed: stdout or stderr of the process, or what stands for it. */
export interface Output {
  isColoured?: boolean;
  write(text: string): unknown;
}

/** In a colour or a weight where somebody reads it at a terminal, plain everywhere else. */
export function styled(output: Output, style: Parameters<typeof styleText>[0], text: string): string {
  return output.isColoured === true ? styleText(style, text) : text;
}
