/**
 * The relay's program: delays, reorders and doubles what members send each other, answers each line of its stdin with
 * what it has done so far, and ends when that ends.
 *
 * @module
 */

import process from "node:process";
import { Relay } from "../../scripts/harness/relay.ts";
import { readLines } from "../../scripts/harness/lines.ts";
import type { Deeds, Manners } from "./relay_process.ts";

const { bound, at, jitter, twice }: Manners = JSON.parse(Deno.args[0] ?? "");
const relay = new Relay();

relay.delays = (): number[] => {
  const copies = Math.random() < twice ? 2 : 1;
  return Array.from({ length: copies }, () => Math.random() * jitter);
};

function tell({ passed, doubled, overtaken }: Deeds): void {
  console.log(JSON.stringify({ passed, doubled, overtaken }));
}

await relay.open(bound, at);
tell(relay);
for await (const _ of readLines(process.stdin)) tell(relay);
process.exit(0);
