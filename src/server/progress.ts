/** How a request asks for progress, and the way to send it. */
export interface Extra {
  _meta?: { progressToken?: string | number | undefined } | undefined;
  sendNotification(notice: {
    method: "notifications/progress";
    params: { progressToken: string | number; progress: number; message: string };
  }): Promise<void>;
  /** Which part of 1 is done, where that is known; clients get no such number, since theirs may only grow. */
  onShare?(share: number): void;
}

const MIN_INTERVAL_MS = 1000;

/** Progress of one call: only if the client sent a token; increasing, at most one a second, none after `stop`. */
export function reportProgress({ _meta, sendNotification, onShare }: Extra) {
  const progressToken = _meta?.progressToken;
  let step = 0;
  let lastMs = Number.NEGATIVE_INFINITY;
  let stopped = progressToken === undefined;
  function report(message: string, share?: number): void {
    const nowMs = performance.now();
    if (stopped || progressToken === undefined || nowMs - lastMs < MIN_INTERVAL_MS) return;
    lastMs = nowMs;
    step += 1;
    if (share !== undefined) onShare?.(share);
    const params = { progressToken, progress: step, message };
    // A client that has gone away cannot be notified; the call itself ends through its signal.
    void sendNotification({ method: "notifications/progress", params }).catch(() => undefined);
  }
  return {
    report,
    stop() {
      stopped = true;
    },
  };
}
