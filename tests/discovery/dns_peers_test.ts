import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { dnsPeers, type DnsResolver } from "../../src/discovery/dns_peers.ts";
import { Watcher } from "../../scripts/harness/watcher.ts";

/** Answers with what the test has put there. */
class Zone implements DnsResolver {
  readonly hosts = new Map<string, readonly string[]>();
  readonly targets: { readonly name: string; readonly port: number }[] = [];
  lookups = 0;

  addresses(host: string): Promise<readonly string[]> {
    this.lookups++;
    const found = this.hosts.get(host);
    return found === undefined ? Promise.reject(new Error(`queryA ENOTFOUND ${host}`)) : Promise.resolve(found);
  }

  services(): Promise<readonly { readonly name: string; readonly port: number }[]> {
    return Promise.resolve(this.targets);
  }
}

const APP = { host: "app.shop.svc", port: 7, refresh: 10 };

Deno.test("dnsPeers follows the addresses of a name, of its own family", async () => {
  const zone = new Zone();
  zone.hosts.set(APP.host, ["10.0.0.2", "10.0.0.1", "10.0.0.2", "fd00::1"]);
  await using four = new Watcher(dnsPeers({ ...APP, resolver: zone }));
  await using six = new Watcher(dnsPeers({ ...APP, resolver: zone }), "[fd00::9]:7");
  assertEquals(await four.update(0), ["10.0.0.1:7", "10.0.0.2:7"]);
  assertEquals(await six.update(0), ["[fd00::1]:7"]);
  zone.hosts.set(APP.host, ["10.0.0.2", "10.0.0.3", "fd00::1"]);
  assertEquals(await four.update(1), ["10.0.0.2:7", "10.0.0.3:7"]);
  // The order of answers is no change.
  zone.hosts.set(APP.host, ["fd00::1", "10.0.0.3", "10.0.0.2"]);
  const { lookups } = zone;
  await four.until(() => zone.lookups > lookups + 5);
  assertEquals([four.updates.length, six.updates.length], [2, 1]);
});

Deno.test("dnsPeers takes a loopback address with the own port for the member itself, unless that is there", async () => {
  const zone = new Zone();
  zone.hosts.set(APP.host, ["127.0.1.1", "10.0.0.2"]);
  await using seen = new Watcher(dnsPeers({ ...APP, resolver: zone }), "10.0.0.7:7");
  assertEquals(await seen.update(0), ["10.0.0.2:7", "10.0.0.7:7"]);
  await using other = new Watcher(dnsPeers({ ...APP, resolver: zone }), "10.0.0.7:8");
  assertEquals(await other.update(0), ["10.0.0.2:7", "127.0.1.1:7"]);
  zone.hosts.set(APP.host, ["127.0.1.1", "10.0.0.7"]);
  assertEquals(await other.update(1), ["10.0.0.7:7", "127.0.1.1:7"]);
  assertEquals(await seen.update(1), ["10.0.0.7:7", "127.0.1.1:7"]);
});

Deno.test("dnsPeers waits for a name that does not resolve yet", async () => {
  const zone = new Zone();
  await using seen = new Watcher(dnsPeers({ ...APP, resolver: zone }));
  await seen.until(() => zone.lookups > 3);
  assertEquals(seen.updates, []);
  zone.hosts.set(APP.host, ["10.0.0.1"]);
  assertEquals(await seen.update(0), ["10.0.0.1:7"]);
  await seen.until(() => seen.messages("info").length > 0);
  assertEquals([seen.messages("warn").length, seen.messages("info").length], [1, 1]);
});

for (const [name, answers] of [["nothing", []], ["another family", ["fd00::1"]], ["an error", undefined]] as const) {
  Deno.test(`dnsPeers keeps its peers when the name resolves to ${name}`, async () => {
    const zone = new Zone();
    zone.hosts.set(APP.host, ["10.0.0.1"]);
    await using seen = new Watcher(dnsPeers({ ...APP, resolver: zone }));
    await seen.update(0);
    if (answers === undefined) zone.hosts.delete(APP.host);
    else zone.hosts.set(APP.host, answers);
    await seen.until(() => seen.messages("warn").length > 0);
    assertMatch(seen.messages("warn")[0] ?? "", /Cannot resolve "app.shop.svc": keeping the peers known so far/);
    const { lookups } = zone;
    await seen.until(() => zone.lookups > lookups + 3);
    assertEquals([seen.updates.length, seen.messages("warn").length], [1, 1]);
  });
}

Deno.test("dnsPeers takes hosts and ports from SRV records, all or none", async () => {
  const zone = new Zone();
  zone.targets.push({ name: "app-0", port: 7 }, { name: "app-1", port: 8 });
  zone.hosts.set("app-0", ["10.0.0.1"]);
  await using seen = new Watcher(
    dnsPeers({ host: "_election._udp.app.shop.svc.cluster.local", refresh: 10, resolver: zone }),
  );
  await seen.until(() => seen.messages("warn").length > 0);
  assertEquals(seen.updates, []);
  zone.hosts.set("app-1", ["10.0.0.2"]);
  assertEquals(await seen.update(0), ["10.0.0.1:7", "10.0.0.2:8"]);
});

Deno.test("dnsPeers asks the system where nothing else is said", async () => {
  await using seen = new Watcher(dnsPeers({ host: "localhost", port: 7 }));
  assertEquals(await seen.update(0), ["127.0.0.1:7"]);
});

Deno.test("dnsPeers refuses wrong options early", () => {
  const wrong: readonly [Parameters<typeof dnsPeers>[0] | object, RegExp][] = [
    [{ host: "", port: 7 }, /"host" must be a host name without a port, got ""/],
    [{ host: "app:7", port: 7 }, /"host" must be a host name without a port, got "app:7"/],
    [{ host: "app" }, /"port" must be a port number, got undefined/],
    [{ host: "app", port: 70_000 }, /"port" must be a port from 1 to 65535, got 70000/],
    [{ host: "_e._udp.app", port: 7 }, /"port" must be left out, because SRV records have one, got 7/],
    [{ host: "app", port: 7, refresh: 1 }, /"refresh" must be from 10 to 86400000 ms, got 1/],
    [{ host: "app", port: 7, ttl: 5 }, /Unknown option "ttl"/],
  ];
  for (const [options, message] of wrong) {
    const error = assertThrows(() => dnsPeers(options as Parameters<typeof dnsPeers>[0]));
    assertMatch((error as Error).message, message);
  }
});
