// The targets of `deno task simulate --scale`, in clusters that are small enough for every run of the tests.
import { assert, assertEquals } from "@std/assert";
import * as core from "../../src/core/citizen.ts";
import { greatest, median } from "../../scripts/harness/statistics.ts";
import { TIMEOUT } from "../../scripts/simulate/scale/cluster_plan.ts";
import type { Findings, Setting } from "../../scripts/simulate/scale/experiment.ts";
import { runSetting } from "../../scripts/simulate/scale/experiments.ts";

const HUNDRED: Setting = { experiment: "", members: 100, loss: 0, lifeguard: true, seed: 1, amount: 1 };

function found(setting: Partial<Setting>): Findings {
  const { findings, failure } = runSetting(core, { ...HUNDRED, ...setting });
  assertEquals(failure, undefined);
  assert(findings !== undefined);
  return findings;
}

Deno.test("at scale: a member of 100 sends no more than 1.5 times as much as one of 20", () => {
  const messages = (members: number): number =>
    found({ experiment: "traffic", members, amount: 10 * TIMEOUT }).counts.messages ?? NaN;
  const [small, large] = [messages(20), messages(100)];
  assert(large <= 1.5 * small, `${large} against ${small}`);
});

Deno.test("at scale: half of 100 members notice a crash within 1.5 timeouts, and all do where a fifth is lost", () => {
  const { values } = found({ experiment: "crash", amount: 5 });
  assert(median(values.median ?? []) < 1.5 * TIMEOUT, `${values.median}`);
  const lossy = found({ experiment: "crash", loss: 0.2, amount: 3 });
  assert(lossy.values.all?.every(Number.isFinite), `${lossy.values.all}`);
});

Deno.test("at scale: all of 100 members agree on a new leader within 3 timeouts", () => {
  const { values } = found({ experiment: "leader", amount: 4 });
  assert(greatest(values.agreed ?? []) <= 3 * TIMEOUT, `${values.agreed}`);
});

Deno.test("at scale: where a third of 100 members crashes at once all of them are removed in twice a timeout", () => {
  const { values, counts } = found({ experiment: "correlated", amount: 4 });
  assertEquals(values.all?.length, 4);
  assert(greatest(values.all ?? []) <= 2 * TIMEOUT, `${values.all}`);
  assertEquals(counts.falsePositives, 0);
});

Deno.test("at scale: halves of 100 members part in three timeouts, and reunite", () => {
  const { values } = found({ experiment: "partition" });
  assert(greatest(values.parted ?? [Infinity]) <= 3 * TIMEOUT, `${values.parted}`);
  assert(values.reunited?.every(Number.isFinite), `${values.reunited}`);
  assert(values.agreed?.every(Number.isFinite), `${values.agreed}`);
});

Deno.test("at scale: nobody of 100 is removed while a fifth of the datagrams is lost", () => {
  assertEquals(found({ experiment: "healthy", loss: 0.2, amount: 90 * TIMEOUT }).counts.any, 0);
});

Deno.test("at scale: slow members make others look dead far less often than by plain SWIM", () => {
  const slow: Partial<Setting> = { experiment: "slow", members: 50, amount: 60 * TIMEOUT };
  const plain = found({ ...slow, lifeguard: false }).counts;
  const careful = found(slow).counts;
  const seen = `${JSON.stringify(careful)} against ${JSON.stringify(plain)}`;
  assert((plain.any ?? 0) > 100, seen);
  // The full run has fifty times fewer; here there are too few events to tell fifty from twenty.
  assert((careful.any ?? 0) * 10 <= (plain.any ?? 0), seen);
  assert((careful.healthy ?? 0) * 20 <= (plain.healthy ?? 0), seen);
});
