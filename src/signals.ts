import { constants } from "node:os";

/** The exit code of a program that a signal ended. */
export function exitCodeOf(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

/** The first signal; whoever sends another one does not want to wait for what the first one began. */
export function untilSignal(): Promise<NodeJS.Signals> {
  let isFirst = true;
  return new Promise((resolve) => {
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
      process.on(name, () => {
        if (!isFirst) process.exit(exitCodeOf(name));
        isFirst = false;
        resolve(name);
      });
  });
}
