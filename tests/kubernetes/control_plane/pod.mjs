/**
 * A pod's program, for Deno and Node: imports the library from the URL of the first argument, and does what the second one, JSON,
 * says. Prints what happens as lines of JSON, and ends with its standard input.
 *
 * @module
 */

import process from "node:process";
import { createInterface } from "node:readline";

const library = await import(process.argv[2]);
const task = JSON.parse(process.argv[3]);

const print = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const failure = (error) => ({ error: error.name, message: error.message });
const log = (level) => (message, error) =>
  print({ log: level, message, at: Date.now(), ...(error instanceof Error ? { why: String(error) } : {}) });
const logger = { debug: log("debug"), info: log("info"), warn: log("warn"), error: log("error") };

const stop = new AbortController();
const input = createInterface({ input: process.stdin });
input.on("close", () => stop.abort());

const tasks = {
  /** Prints each update of a discovery. */
  async peers({ kind, options, source }) {
    const discovery = library[kind](options);
    const context = { signal: stop.signal, source, logger };
    for await (const { peers } of discovery.watch(context)) print({ peers });
  },

  /** Mints a token for each line `id term`. */
  async lease({ options }) {
    const fencing = library.kubernetesLease(options);
    input.on("line", async (line) => {
      const [id, term] = line.split(" ");
      try {
        print({ id, token: await fencing.mint({ id, term: Number(term), signal: stop.signal }) });
      } catch (error) {
        print({ id, ...failure(error) });
      }
    });
    print({ ready: true });
    await new Promise((resolve) => stop.signal.addEventListener("abort", resolve));
  },

  /** Leads alone, with the label that the README's recipe gives to who leads. */
  async label({ recipe }) {
    const { labelLeader } = await import(recipe);
    const democracy = new library.Democracy({ source: "127.0.0.1:0", peers: [], isolation: "none", logger });
    const labelling = labelLeader(democracy);
    await new Promise((resolve) => stop.signal.addEventListener("abort", resolve));
    await democracy.close();
    await labelling;
  },

  /** Takes part with nothing but the environment; the pods' addresses are those of the loopback interface. */
  async member({ options, durations }) {
    const member = library.kubernetes(options);
    const peers = {
      async *watch(context) {
        for await (const { peers } of member.peers.watch(context)) {
          yield { peers: peers.map((peer) => peer.replace(/^10\./, "127.")) };
        }
      },
    };
    const source = member.source.replace(/^10\./, "127.");
    const democracy = new library.Democracy({
      ...member,
      source,
      peers,
      isolation: "none",
      ...durations,
      logger,
    });
    democracy.on("elected", ({ id, token }) => print({ elected: id, token }));
    democracy.on("resigned", ({ reason }) => print({ resigned: reason }));
    democracy.on("leader", (leader) => print({ leader: leader?.id ?? null }));
    await democracy.ready;
    print({ ready: member.id });
    const probe = setInterval(() => {
      if (!democracy.isReady()) return;
      print({ readyz: member.id });
      clearInterval(probe);
    }, 50);
    await new Promise((resolve) => stop.signal.addEventListener("abort", resolve));
    clearInterval(probe);
    await democracy.close({ graceful: true });
  },
};

try {
  await tasks[task.do](task);
} catch (error) {
  print(failure(error));
}
print({ done: true });
process.exit(0);
