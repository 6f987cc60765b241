import { assert, assertEquals } from "@std/assert";
import { listen } from "../../src/sidecar/mod.ts";
import { isPrintable } from "../../src/base/printable.ts";
import { runCli } from "../../scripts/harness/command.ts";

/** What something that is no sidecar may say in the place of one. */
const HOSTILE = {
  id: "m0\x1b[2J",
  cluster: "jobs\u202e",
  source: "127.0.0.1:1\x9b2J",
  leading: false,
  token: null,
  remaining: 0,
  leader: { id: "m1\nm2 at 10.0.0.9:1 leads", source: "127.0.0.1:2", token: 1, since: "\x07" },
  members: [{ id: "m1\r*", source: "\u2028", weight: 1, eligible: true, voter: true, leader: true }],
};

Deno.test("status shows nothing raw of what it is answered", async () => {
  const { address, close } = await listen(() => Response.json(HOSTILE), { host: "127.0.0.1", port: 0 });
  try {
    const text = await runCli(["status", address]);
    assertEquals(text.code, 0);
    const lines = text.stdout.split("\n");
    assertEquals(lines.length, 4, `a line for itself, the leader and the member: ${JSON.stringify(text.stdout)}`);
    for (const line of lines) assert(isPrintable(line), JSON.stringify(line));
    const json = await runCli(["status", address, "--json"]);
    assert(isPrintable(json.stdout.trimEnd()));
    assertEquals(JSON.parse(json.stdout), HOSTILE);
  } finally {
    await close();
  }
});

Deno.test("status shows nothing raw of what an error quotes", async () => {
  const { address, close } = await listen(() => new Response("\x1b[2J\u202e\n\n"), { host: "127.0.0.1", port: 0 });
  try {
    const { code, stderr } = await runCli(["status", address]);
    assertEquals(code, 69);
    for (const line of stderr.split("\n")) assert(isPrintable(line), JSON.stringify(line));
  } finally {
    await close();
  }
});
