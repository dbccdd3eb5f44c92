const LOOK_EVERY_MS = 10_000;
/** Of one core, by whoever only listens and looks after a few jobs. */
const MOST_IDLE_SHARE = 0.01;
/** Less is not worth a collection. */
const LEAST_BYTES = 8 * 1024 ** 2;

/**
 * Gives memory back in quiet times, for as long as the process lives. V8 collects what busy times left when it next
 * needs room, which for an idle server is never. A collection takes a tenth of a second, at most one every ten.
 */
export function giveBackWhenIdle(): void {
  let keptBytes = 0;
  let used = process.cpuUsage();
  const look = async () => {
    const { user, system } = process.cpuUsage(used);
    used = process.cpuUsage();
    const isIdle = (user + system) / 1000 < MOST_IDLE_SHARE * LOOK_EVERY_MS;
    if (!isIdle || process.memoryUsage.rss() < keptBytes + LEAST_BYTES) return;
    await collectGarbage();
    keptBytes = process.memoryUsage.rss();
  };
  const timer = setInterval(() => void look().catch(() => clearInterval(timer)), LOOK_EVERY_MS);
  timer.unref();
}

/** By the inspector's own command: no flag of V8's is changed. @throws where Node was built or started without it. */
async function collectGarbage(): Promise<void> {
  const { Session } = await import("node:inspector/promises");
  const session = new Session();
  session.connect();
  await session.post("HeapProfiler.collectGarbage");
  session.disconnect();
}
