/** A lock in Redis that is prolonged as long as it is held, as redlock's `using` does. */
export function join({ timeout, interval, port }, load) {
  const { default: Redis } = load("ioredis");
  const { default: Redlock } = load("redlock");
  const redis = new Redis(port, "127.0.0.1");
  redis.on("error", () => {});
  const redlock = new Redlock([redis], { retryCount: 0, automaticExtensionThreshold: timeout / 2 });
  redlock.on("error", () => {});
  let [held, ended, release] = [undefined, false, () => {}];
  const over = (async () => {
    while (!ended) {
      try {
        await redlock.using(["leader"], timeout, async (signal) => {
          held = signal;
          await new Promise((resolve) => {
            release = resolve;
            signal.addEventListener("abort", resolve);
          });
          held = undefined;
        });
      } catch {
        held = undefined;
      }
      if (!ended) await new Promise((resolve) => setTimeout(resolve, interval));
    }
  })();
  return {
    leads: () => held !== undefined && !held.aborted,
    async stop() {
      ended = true;
      release();
      await over;
    },
  };
}
