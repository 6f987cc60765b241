/**
 * A member of any system, in a process of its own: `member.mjs KIND SETTINGS`. It asks each millisecond whether it leads, tells each change as
 * a line of JSON, and does what it is told on standard input: `rest` ends the asking, `stop` ends the member in good order.
 */

import { createRequire } from "node:module";
import process from "node:process";
import { createInterface } from "node:readline";

/** ms between two answers after which the process was stopped in between. */
const ASLEEP = 500;

const [kind, text] = process.argv.slice(2);
const settings = JSON.parse(text);
const { join } = await import(`./${kind}.mjs`);
const load = settings.packages === undefined ? undefined : createRequire(settings.packages);

function tell(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

const { leads, stop } = await join(settings, load);
let [last, before] = [undefined, Date.now()];

function ask() {
  const at = Date.now();
  const woke = at - before > ASLEEP;
  before = at;
  const answer = leads();
  if (answer !== last || woke) tell({ at, leads: answer, woke });
  last = answer;
}

const asking = setInterval(ask, 1);
tell({ ready: true });

createInterface({ input: process.stdin }).on("line", async (line) => {
  if (line === "rest") return clearInterval(asking);
  await stop();
  ask();
  process.exit(0);
}).on("close", () => process.exit(0));
