import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { MemberInfo } from "../../src/core/effect.ts";
import type { AliveRumor, Message, Status } from "../../src/core/message/message.ts";
import { type Clues, hintOf, HINTS, isSuspicious } from "../../src/worker/hints.ts";
import { SUSPICIOUS } from "../../src/stats/counters.ts";
import { readmeBlock } from "../readme.ts";

const SELF = { id: "m0", source: "10.0.0.7:1" };
const MEMBERS: readonly MemberInfo[] = [
  { id: "m1", boot: "1".repeat(16), source: "10.0.0.8:1", weight: 1, eligible: true, voter: true },
];

const status = (id: string): Status => ({ id, address: "10.0.0.9:1" } as Status);
const rumor = (id: string): AliveRumor => ({ kind: "alive", id, address: "10.0.0.99:1" } as AliveRumor);

function clues(message: Partial<Message> & { readonly kind: string } | undefined): Clues {
  const told = message as Message | undefined;
  return { source: "10.0.0.9:7", message: told, self: SELF, members: MEMBERS, cluster: undefined };
}

Deno.test("a duplicate id is told with both addresses, whoever has it, and whoever tells", () => {
  const ping = (id: string, rumors: readonly AliveRumor[] = []): Clues =>
    clues({ kind: "ping", status: status(id), gossip: { leaderHint: undefined, rumors } });
  const page = clues({ kind: "page", rumors: [rumor("m1")] });
  assertEquals(
    hintOf("duplicate-id", ping("m0")),
    'the member at 10.0.0.9:7 has the "id" "m0", and so has this member, at 10.0.0.7:1; it must be unique',
  );
  assertEquals(
    hintOf("duplicate-id", ping("m1")),
    'the member at 10.0.0.9:7 has the "id" "m1", and so has the member at 10.0.0.8:1; it must be unique',
  );
  assertEquals(
    hintOf("duplicate-id", ping("m2", [rumor("m3"), rumor("m0")])),
    'the member at 10.0.0.99:1 has the "id" "m0", and so has this member, at 10.0.0.7:1; it must be unique',
  );
  assertStringIncludes(hintOf("duplicate-id", page), "10.0.0.99:1");
  assertStringIncludes(hintOf("duplicate-id", page), "10.0.0.8:1");
});

Deno.test("every other hint names where the datagram came from", () => {
  for (const reason of Object.keys(HINTS).filter((reason) => reason !== "duplicate-id")) {
    if (!isSuspicious(reason as keyof typeof HINTS)) continue;
    const hint = hintOf(reason as keyof typeof HINTS, clues(undefined));
    assertStringIncludes(hint, "10.0.0.9:7", reason);
  }
  assertMatch(
    hintOf("duplicate-id", clues({ kind: "leave" })),
    /unique; the last datagram .* came from 10\.0\.0\.9:7$/,
  );
});

Deno.test("the alert of the README covers every reason that is an attack or a mistake, and each with a hint", async () => {
  const rules = await readmeBlock("yaml", "groups:\n");
  const [, reasons = ""] = /alert: DemocracyForgedDatagrams[^]*?democracy_reason=~"([^"]+)"/u.exec(rules) ?? [];
  assertEquals(new Set(reasons.split("|")), new Set(SUSPICIOUS));
  for (const reason of Object.keys(HINTS)) assert(SUSPICIOUS.includes(reason), `the alert is to cover ${reason}`);
});
