import { assertEquals } from "@std/assert";
import { factsOf } from "../../scripts/tidy/facts.ts";
import { staleRules } from "../../scripts/tidy/layers.ts";
import { inspect } from "../../scripts/tidy/rules.ts";
import { trespasses } from "../../scripts/tidy/wings.ts";

/** What tidy says of these files, as `rule path:line` in the order found; advice is marked. */
function found(files: Record<string, string>): string[] {
  const facts = Object.entries(files).map(([path, text]) => factsOf({ path, text }));
  return inspect(facts).map(({ fatal, rule, path, line }) => `${fatal ? "" : "advice "}${rule} ${path}:${line}`);
}

function lines(count: number, line = "export {};"): string {
  return `${line}\n`.repeat(count);
}

Deno.test("tidy: imports that follow the flow are in order", () => {
  assertEquals(
    found({
      "mod.ts": `export * from "./src/democracy.ts";`,
      "src/democracy.ts": `import "./options.ts";\nimport { host } from "./worker/host.ts";\nhost();`,
      "src/worker/host.ts": `import "../leadership/view.ts";\nimport "node:worker_threads";`,
      "src/worker/main.ts": `import "../transport/udp.ts";\nimport "../core/citizen.ts";`,
      "src/transport/udp.ts": `import "../wire/codec.ts";\nimport "../errors.ts";\nimport "@logtape/logtape";`,
      "src/wire/codec.ts": `import type { Message } from "../core/message.ts";\nimport { parse } from "devalue";`,
      "src/core/citizen.ts": `import "../limits.ts";\nimport "./message.ts";`,
      "src/worker/loop.ts": `import type { Settings } from "../options.ts";`,
      "src/leadership/view.ts": `import type { Effect } from "../core/effect.ts";`,
    }),
    [],
  );
});

Deno.test("tidy: an import that turns back is found", () => {
  assertEquals(found({ "src/wire/codec.ts": `import "../transport/udp.ts";` }), ["layers src/wire/codec.ts:1"]);
  assertEquals(found({ "src/worker/main.ts": `\nimport "../democracy.ts";` }), ["layers src/worker/main.ts:2"]);
  assertEquals(found({ "src/errors.ts": `import "./options.ts";` }), ["layers src/errors.ts:1"]);
  assertEquals(found({ "src/leadership/a.ts": `import "../core/effect.ts";` }), ["layers src/leadership/a.ts:1"]);
  assertEquals(found({ "src/errors.ts": `import type { Options } from "./options.ts";` }), ["layers src/errors.ts:1"]);
  assertEquals(found({ "src/wire/a.ts": `import type { Democracy } from "../democracy.ts";` }), [
    "layers src/wire/a.ts:1",
  ]);
  assertEquals(found({ "src/discovery/a.ts": `export { x } from "../options.ts";` }), ["layers src/discovery/a.ts:1"]);
  assertEquals(found({ "src/a.ts": `import "../tests/assert.ts";` }), ["layers src/a.ts:1"]);
});

Deno.test("tidy: tests, bench, demo and simulator share what is in the harness, and nothing of one another", () => {
  const shared = {
    "scripts/demo.ts": `import "./demo/a.ts";\nimport "./harness/a.ts";`,
    "scripts/bench/scale/a.ts": `import "../figure.ts";\nimport "../../harness/a.ts";`,
    "tests/cli/a.ts": `import "../assert.ts";\nimport "./b.ts";\nimport "../../scripts/harness/a.ts";`,
    "tests/scripts/a.ts": `import "../../scripts/bench/a.ts";\nimport "../../scripts/demo.ts";`,
    "tests/simulation/a.ts": `import "../../scripts/simulate/a.ts";`,
    "scripts/ok.ts": `import "./test/a.ts";`,
  };
  assertEquals(found(shared), []);
  const borrowed = [
    ["scripts/bench/a.ts", "../demo/b.ts"],
    ["scripts/demo.ts", "./bench/b.ts"],
    [
      "tests/netns/a.ts",
      "../../scripts/bench/b.ts",
    ],
    ["tests/netns/a.ts", "../end_to_end/b.ts"],
    ["scripts/harness/a.ts", "../demo/b.ts"],
  ];
  for (const [path = "", target] of borrowed) {
    assertEquals(found({ [path]: `import "${target}";` }), [`layers ${path}:1`]);
  }
});

Deno.test("tidy: the core knows only itself and the limits", () => {
  assertEquals(found({ "src/core/a.ts": `import "../errors.ts";` }), ["layers src/core/a.ts:1"]);
  assertEquals(found({ "src/core/a.ts": `import "node:crypto";` }), ["layers src/core/a.ts:1"]);
  assertEquals(found({ "src/core/a.ts": `import "devalue";` }), ["layers src/core/a.ts:1"]);
  assertEquals(found({ "src/core/a.ts": `import type { View } from "../leadership/view.ts";` }), [
    "layers src/core/a.ts:1",
  ]);
});

Deno.test("tidy: in the core the election stands on membership, and membership on messages", () => {
  const files = {
    "src/core/citizen.ts": `import "./election/a.ts";\nimport "./membership/a.ts";\nimport "./ground.ts";`,
    "src/core/election/a.ts": `import "../membership/a.ts";\nimport "../message/a.ts";\nimport "../drop.ts";`,
    "src/core/membership/a.ts": `import "../message/a.ts";\nimport "../../limits.ts";`,
    "src/core/ground.ts": `import "./message/a.ts";`,
  };
  assertEquals(found(files), []);
  const backwards = [["membership", "../election/b.ts"], ["message", "../membership/b.ts"], [
    "election",
    "../citizen.ts",
  ]];
  for (const [wing, target] of backwards) {
    assertEquals(found({ [`src/core/${wing}/a.ts`]: `import type { B } from "${target}";` }), [
      `layers src/core/${wing}/a.ts:1`,
    ]);
  }
});

Deno.test("tidy: what a rule allows, and nobody does any more, is found", () => {
  const stale = staleRules([
    factsOf({ path: "src/wire/value.ts", text: `import { parse } from "devalue";` }),
    factsOf({ path: "src/metrics/a.ts", text: `import "@opentelemetry/api";` }),
    factsOf({ path: "src/sidecar/a.ts", text: `import "hono/cors";` }),
    factsOf({ path: "src/core/drop.ts", text: "" }),
    factsOf({ path: "tests/ui/a.ts", text: `import "../../scripts/demo/a.ts";` }),
  ]);
  for (
    const there of [`"devalue"`, `"hono" of sidecar`, "core", "wire", "src/core/drop.ts", "scripts/demo of tests/ui"]
  ) {
    assertEquals(stale.includes(there), false, `${there} is there`);
  }
  const gone = [
    `"@logtape/logtape"`,
    `"yaml" of cli`,
    "discovery",
    "src/core/input.ts",
    "scripts/simulate of tests/ui",
  ];
  for (const name of gone) assertEquals(stale.includes(name), true, `${name} is stale`);
});

Deno.test("tidy: a constant's name means one thing in all that is published", () => {
  const files = {
    "src/a.ts": "const MOST = 1;\nconst few = 1;",
    "src/b.ts": "const few = 2;\nexport const MOST = 2;",
    "tests/a.ts": "const MOST = 3;",
  };
  assertEquals(found(files), ["names src/b.ts:2"]);
});

Deno.test("tidy: no wing of the core writes what the other remembers", () => {
  const state = `export interface Peer { alive: boolean; tags: Map<string, number>; list: number[] }
export interface Membership { readonly peers: Map<string, Peer>; health: number }`;
  const writes = (body: string, path = "src/core/election/a.ts"): number[] =>
    trespasses([
      { path: "src/core/membership/state.ts", text: state },
      {
        path,
        text: `import type { Membership, Peer } from "${path.includes("top") ? "./" : "../"}membership/state.ts";\n` +
          `declare const membership: Membership;\ndeclare const peer: Peer;\n${body}`,
      },
    ]).map(({ line }) => line);
  for (
    const trespass of [
      "membership.health = 1;",
      "membership.health += 1;",
      "membership.health++;",
      "peer.alive ||= true;",
      `peer["alive"] = true;`,
      "peer.list[0] = 1;",
      "peer.list.push(1);",
      `membership.peers.delete("a");`,
      `const { peers } = membership;\npeers.clear();`,
      `const { peers: all } = membership;\nall.clear();`,
      `const tags = peer.tags;\ntags.set("a", 1);`,
    ]
  ) {
    assertEquals(writes(trespass).length, 1, trespass);
    assertEquals(writes(trespass, "src/core/membership/a.ts"), [], `its own wing may: ${trespass}`);
    assertEquals(writes(trespass, "src/core/top.ts").length, 1, `nor may the top: ${trespass}`);
  }
  assertEquals(writes(`const { health } = membership;\nlet own = health;\nown += 1;\nmembership.peers.get("a");`), []);
});

Deno.test("tidy: published code depends on nothing but its packages and node: modules", () => {
  assertEquals(found({ "src/worker/a.ts": `import "jsr:@std/assert";` }), ["layers src/worker/a.ts:1"]);
  assertEquals(found({ "src/worker/a.ts": `await import("@std/assert");` }), ["layers src/worker/a.ts:1"]);
  assertEquals(found({ "tests/a.ts": `import "@std/assert";` }), []);
});

Deno.test("tidy: the library never loads what stands on it, which has packages of its own", () => {
  assertEquals(found({ "src/democracy.ts": `import type { A } from "./kubernetes/a.ts";` }), [
    "layers src/democracy.ts:1",
  ]);
  assertEquals(found({ "src/kubernetes/a.ts": `import { env } from "node:process";\nimport "../errors.ts";` }), []);
  assertEquals(found({ "src/kubernetes/a.ts": `import "hono";` }), ["layers src/kubernetes/a.ts:1"]);
  assertEquals(found({ "src/sidecar/a.ts": `import "hono";\nimport "../democracy.ts";` }), []);
});

Deno.test("tidy: cycles are found, and a dynamic import makes none", () => {
  assertEquals(found({ "src/wire/a.ts": `import "./b.ts";`, "src/wire/b.ts": `import type { A } from "./a.ts";` }), [
    "cycle src/wire/a.ts:1",
  ]);
  assertEquals(
    found({ "src/worker/a.ts": `() => import("./b.ts");`, "src/worker/b.ts": `import "./a.ts";` }),
    [],
  );
});

Deno.test("tidy: time and randomness reach the core as data", () => {
  for (const impure of ["Date.now()", "new Date()", "performance.now()", "Math.random()", "setTimeout(f, 1)"]) {
    assertEquals(found({ "src/core/a.ts": `const f = () => {};\n${impure};` }), ["pure-core src/core/a.ts:2"], impure);
    assertEquals(found({ "src/worker/a.ts": `const f = () => {};\n${impure};` }), [], impure);
  }
  assertEquals(found({ "src/core/a.ts": `const a = { Date: 1 };\nMath.max(a.Date);` }), []);
});

Deno.test("tidy: only the transport and the worker's port know the runtime", () => {
  for (
    const aware of [
      `Deno.pid;`,
      `"Deno" in globalThis;`,
      `globalThis.Deno;`,
      `process.pid;`,
      `import process from "node:process";`,
    ]
  ) {
    assertEquals(found({ "src/discovery/a.ts": aware }), ["runtime src/discovery/a.ts:1"], aware);
    assertEquals(found({ "src/transport/a.ts": aware, "src/worker/port.ts": aware, "scripts/a.ts": aware }), [], aware);
  }
  assertEquals(found({ "src/worker/a.ts": `const a = { process: () => {} };\na.process();` }), []);
});

Deno.test("tidy: the library does not write to the console", () => {
  assertEquals(found({ "src/worker/a.ts": `console.log(1);` }), ["no-console src/worker/a.ts:1"]);
  assertEquals(found({ "scripts/a.ts": `console.log(1);` }), []);
});

Deno.test("tidy: nothing is put off or silenced", () => {
  assertEquals(found({ "tests/a.ts": `// ${"TO"}DO: later\nexport {};` }), ["finished tests/a.ts:1"]);
  assertEquals(found({ "src/a.ts": `export {};\n/* ${"FIX"}ME */` }), ["finished src/a.ts:2"]);
  assertEquals(found({ "src/a.ts": `// @ts-${"ignore"}\nexport {};` }), ["typed src/a.ts:1"]);
  assertEquals(found({ "src/a.ts": `// @ts-expect-error\nlet a: number = "";` }), ["typed src/a.ts:1"]);
  assertEquals(found({ "tests/a.ts": `// @ts-expect-error\nlet a: number = "";` }), []);
  assertEquals(found({ "scripts/a.ts": `const a = 1 as any;` }), ["typed scripts/a.ts:1"]);
  assertEquals(found({ "src/a.ts": `const a = "TODO as any @ts-ignore";` }), []);
});

Deno.test("tidy: files and functions stay short", () => {
  assertEquals(found({ "src/a.ts": lines(300) }), []);
  assertEquals(found({ "src/a.ts": lines(301) }), ["advice size src/a.ts:1"]);
  assertEquals(found({ "src/a.ts": lines(401) }), ["size src/a.ts:1"]);
  assertEquals(found({ "src/a.ts": `function f(): void {\n${lines(68, "f();")}}` }), []);
  assertEquals(found({ "src/a.ts": `\nfunction f(): void {\n${lines(69, "f();")}}` }), ["size src/a.ts:2"]);
  assertEquals(found({ "tests/a.ts": `describe("a", () => {\n${lines(90, "f();")}});` }), []);
  assertEquals(found({ "src/a.ts": `class A {\n  f = () => {\n${lines(69, "    0;")}  };\n}` }), ["size src/a.ts:2"]);
});
