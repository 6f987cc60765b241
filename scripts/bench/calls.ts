/**
 * What the application itself waits for: a question, an import, a start.
 *
 * @module
 */

import { Democracy } from "../../mod.ts";
import { freeAddresses } from "../harness/addresses.ts";
import { capture } from "../harness/process.ts";
import { bounded, type Figure, type Section } from "./figure.ts";

const CALLS = 200_000;
const WARM_UP_ROUNDS = 3;

/** ns of one call, once for each round. */
function timeCalls(democracy: Democracy, rounds: number): number[] {
  const values: number[] = [];
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    let yes = 0;
    const begun = performance.now();
    for (let call = 0; call < CALLS; call++) if (democracy.isLeader()) yes += 1;
    const took = performance.now() - begun;
    if (yes !== 0 && yes !== CALLS) throw new Error("The lead changed while it was asked for");
    if (round >= 0) values.push(took / CALLS * 1e6);
  }
  return values;
}

/** `isLeader()`. */
export const CALL: Section = {
  name: "call",
  about: `isLeader() in a loop of ${CALLS} calls, by a member that leads and by one that does not`,
  async *run(quick): AsyncGenerator<Figure> {
    const rounds = quick ? 10 : 40;
    const [source = "", absent = ""] = await freeAddresses(2);
    await using leader = new Democracy({ source: "127.0.0.1:0", peers: [], broadcast: false });
    await leader.lead(() => {});
    const limit = { median: 200 };
    yield bounded({ what: "isLeader() of the leader", unit: "ns", values: timeCalls(leader, rounds) }, limit);
    await using other = new Democracy({ source, peers: [source, absent], broadcast: false });
    await other.ready;
    yield bounded({ what: "isLeader() of another", unit: "ns", values: timeCalls(other, rounds) }, limit);
  },
};

/** From nothing to `ready`. */
export const START: Section = {
  name: "start",
  about: "a fresh Deno process each time: import, construction, ready, and the lead of a cluster of one",
  async *run(quick): AsyncGenerator<Figure> {
    const probes: Record<string, number>[] = [];
    for (let time = 0; time < (quick ? 4 : 15); time++) {
      const args = ["run", "--quiet", "--allow-net", "--allow-read", "scripts/bench/start_probe.ts"];
      const { ok, stdout, stderr } = await capture(Deno.execPath(), args, { timeout: 60_000 });
      if (!ok) throw new Error(`A process could not start a member\n${stderr}`);
      probes.push(JSON.parse(stdout));
    }
    const figure = (what: string, key: string) =>
      bounded({ what, unit: "ms", values: probes.map((probe) => probe[key] ?? NaN) }, {});
    yield figure("import", "import");
    yield figure("new Democracy(), the call", "construct");
    yield figure("new Democracy() to ready", "ready");
    yield figure("new Democracy() to lead, cluster of one", "lead");
    yield figure("close()", "close");
  },
};
