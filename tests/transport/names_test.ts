import { assertEquals, assertLess, assertRejects, assertStringIncludes } from "@std/assert";
import { askAddresses, type NamesOptions, systemNames } from "../../src/transport/names.ts";
import { until } from "../../scripts/harness/waiting.ts";
import { NameServer } from "./name_server.ts";

const NEVER = new AbortController().signal;

interface Bench extends AsyncDisposable {
  readonly server: NameServer;
  readonly fallen: string[];
  ask(host: string, signal?: AbortSignal): Promise<readonly string[]>;
}

/** A machine with files of its own, one name server, and a getaddrinfo that knows one name. */
async function bench(files: { readonly hosts?: string; readonly config?: string } = {}): Promise<Bench> {
  const server = await NameServer.start();
  const folder = await Deno.makeTempDir({ prefix: "democracy_" });
  const fallen: string[] = [];
  await Deno.writeTextFile(`${folder}/hosts`, files.hosts ?? "10.0.0.1 alpha\n");
  await Deno.writeTextFile(`${folder}/config`, files.config ?? "search shop.example example\noptions ndots:2\n");
  const options: NamesOptions = {
    servers: [server.address],
    hosts: `${folder}/hosts`,
    config: `${folder}/config`,
    fallback: (host) => {
      fallen.push(host);
      return host === "printer.local" ? Promise.resolve(["10.0.0.99"]) : Promise.reject(new Error(`ENOTFOUND ${host}`));
    },
  };
  return {
    server,
    fallen,
    ask: (host, signal = NEVER) => askAddresses(host, signal, options),
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

Deno.test("the hosts file comes first, and localhost needs no server", async () => {
  await using machine = await bench();
  machine.server.isSilent = true;
  assertEquals(await machine.ask("alpha"), ["10.0.0.1"]);
  assertEquals(await machine.ask("localhost"), ["127.0.0.1", "::1"]);
  assertEquals([machine.server.asked, machine.fallen], [[], []]);
});

Deno.test("name servers are asked for both families, with the domains that the system searches", async () => {
  await using machine = await bench();
  machine.server.records.set("beta.example", ["10.0.0.8", "fd00::8"]).set("gamma.shop.example", ["fd00::9"]);
  assertEquals([...await machine.ask("beta")].sort(), ["10.0.0.8", "fd00::8"]);
  assertEquals(
    new Set(machine.server.asked),
    new Set(["beta.shop.example", "beta.example"].flatMap((name) => [`A ${name}`, `AAAA ${name}`])),
  );
  assertEquals(await machine.ask("gamma"), ["fd00::9"]);
  machine.server.asked.length = 0;
  assertEquals([...await machine.ask("beta.example.")].sort(), ["10.0.0.8", "fd00::8"]);
  assertEquals(machine.server.asked.sort(), ["A beta.example", "AAAA beta.example"]);
  assertEquals(machine.fallen, []);
});

Deno.test("what no name server knows, the system is asked for; it may know other sources", async () => {
  await using machine = await bench();
  assertEquals(await machine.ask("printer.local"), ["10.0.0.99"]);
  await assertRejects(() => machine.ask("nobody"), Error, "ENOTFOUND nobody");
  assertEquals(machine.fallen, ["printer.local", "nobody"]);
});

Deno.test("a name server that fails or refuses keeps nobody waiting, and the system has the last word", async () => {
  await using machine = await bench();
  for (const error of [2, 5]) {
    machine.server.error = error;
    assertEquals(await machine.ask("printer.local"), ["10.0.0.99"]);
  }
  machine.server.error = 0;
  machine.server.records.set("beta.example", ["10.0.0.8"]);
  assertEquals(await machine.ask("beta"), ["10.0.0.8"]);
  assertEquals(machine.fallen, ["printer.local", "printer.local"]);
});

Deno.test("a name server that says nothing is given up, and the system is not asked, which would wait for it", async () => {
  await using machine = await bench();
  machine.server.isSilent = true;
  const started = performance.now();
  await assertRejects(() => machine.ask("beta"), Error);
  assertLess(performance.now() - started, 20_000);
  assertEquals(machine.fallen, []);
});

Deno.test("a look-up ends as soon as it is called off", async () => {
  await using machine = await bench();
  machine.server.isSilent = true;
  const stop = new AbortController();
  const asked = machine.ask("beta", stop.signal).catch((reason) => reason);
  await until("it asks", () => machine.server.asked.length > 0);
  stop.abort(new Error("enough"));
  assertStringIncludes(String(await asked), "enough");
  const before = machine.server.asked.length;
  assertStringIncludes(String(await machine.ask("beta", stop.signal).catch((reason) => reason)), "enough");
  assertEquals(machine.server.asked.length, before);
});

Deno.test("the system's own names are found", async () => {
  assertEquals((await systemNames.addresses("localhost", NEVER)).includes("127.0.0.1"), true);
  await assertRejects(() => systemNames.addresses("nobody.invalid", NEVER));
});
