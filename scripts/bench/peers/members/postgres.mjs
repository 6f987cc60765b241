/** An advisory lock of a session in Postgres, asked for once an interval. */
export async function join({ port, interval }, load) {
  const { Client } = load("pg");
  let [client, held, ended] = [undefined, false, false];
  const connect = async () => {
    client = new Client({ host: "127.0.0.1", port, user: "postgres", database: "postgres" });
    client.on("error", () => held = false);
    client.on("end", () => held = false);
    await client.connect();
  };
  await connect();
  const asking = setInterval(async () => {
    if (held || ended) return;
    try {
      const { rows: [row] } = await client.query("SELECT pg_try_advisory_lock(1) AS held");
      held = row.held;
    } catch {
      held = false;
    }
  }, interval);
  return {
    leads: () => held,
    async stop() {
      [ended, held] = [true, false];
      clearInterval(asking);
      await client.end();
    },
  };
}
