import { assertEquals, assertMatch } from "@std/assert";
import { until } from "../../scripts/harness/waiting.ts";
import { withSidecar } from "./serving.ts";

Deno.test("a sidecar stands in named elections, lists them, and answers for each as for the default one", async () => {
  await withSidecar({ elections: ["reports", "invoices"] }, async ({ get, sidecar }) => {
    await until("it leads both", () => sidecar.elections().filter(({ leading }) => leading).length === 2);
    const elections = await (await get("/elections")).json();
    const token = sidecar.standing("invoices")?.token;
    assertEquals(elections.map(({ name, leading }: Record<string, unknown>) => [name, leading]), [
      ["invoices", true],
      ["reports", true],
    ]);
    assertEquals((await (await get("/state")).json()).elections, elections);
    const answer = await get("/elections/invoices/leader");
    assertEquals(answer.status, 200);
    const { leader, ...rest } = await answer.json();
    assertEquals([leader.id, rest], ["m0", { leading: true, token }]);
    const other = await get("/elections/nobody%20stands/leader");
    assertEquals([other.status, await other.json()], [503, { leading: false, token: null, leader: null }]);
  });
});

Deno.test("a named lead is given away over HTTP by whoever has the token, and by nobody else", async () => {
  await withSidecar({ elections: ["invoices"], resignToken: "s3cret" }, async ({ get, sidecar, democracy }) => {
    const election = sidecar.standing("invoices")!;
    await until("it leads", () => election.isLeader());
    const resign = async (name: string, token: string): Promise<number> => {
      const headers = { authorization: `Bearer ${token}` };
      const answer = await get(`/elections/${name}/resign`, { method: "POST", headers });
      await answer.body?.cancel();
      return answer.status;
    };
    assertEquals(await resign("invoices", "wrong"), 401);
    assertEquals(await resign("reports", "s3cret"), 404);
    assertEquals(election.isLeader(), true);
    assertEquals(await resign("invoices", "s3cret"), 200);
    assertEquals([election.isLeader(), democracy.isLeader()], [false, true], "the default lead stays");
  });
});

Deno.test("what happens in named elections is told as server-sent events, with the election", async () => {
  await withSidecar({ elections: ["invoices"] }, async ({ get, sidecar }) => {
    await until("it leads", () => sidecar.standing("invoices")!.isLeader());
    const { body } = await get("/events", { headers: { "last-event-id": "none" } });
    const reader = body!.getReader();
    await sidecar.standing("invoices")!.resign();
    let text = "";
    for (let chunks = 0; chunks < 100 && !text.includes("event: resigned"); chunks++) {
      const { value } = await reader.read();
      text += new TextDecoder().decode(value);
    }
    await reader.cancel();
    assertMatch(text, /event: resigned\nid: [^\n]+\ndata: {"type":"resigned","at":"[^"]+","election":"invoices"/);
  });
});
