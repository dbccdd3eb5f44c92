/** What people call a status. */
export const STATUS_WORDS: Readonly<Record<string, string>> = {
  queued: "pending",
  waiting: "pending",
  scheduled: "pending",
  paused: "suspended",
  started: "running",
  success: "succeeded",
  successful: "succeeded",
  completed: "succeeded",
  error: "failed",
  crashed: "failed",
  killed: "cancelled",
  canceled: "cancelled",
  stopped: "cancelled",
  done: "finished",
  ended: "finished",
  alive: "active",
};
