import process from "node:process";
import { assertEquals, assertRejects } from "@std/assert";
import {
  EXEC_SETTINGS,
  flagOf,
  MEMBER_SETTINGS,
  misspeltVariables,
  readSettings,
  SECRET_VARIABLES,
  SIDECAR_SETTINGS,
  variableOf,
} from "../../src/cli/settings.ts";
import { UsageError } from "../../src/cli/usage_error.ts";

async function withFile(content: string, test: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempFile({ prefix: "democracy_", suffix: ".yaml" });
  try {
    await Deno.writeTextFile(path, content);
    await test(path);
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("flags come before variables, and these before the file", async () => {
  await withFile("timeout: 10s\ninterval: 300\nweight: 3\npeers: [a:1, b:2]\ngrace: 1s\n", async (path) => {
    const flags = { config: path, timeout: "2s" };
    const environment = {
      DEMOCRACY_TIMEOUT: "5s",
      DEMOCRACY_WEIGHT: "7",
      DEMOCRACY_CLUSTER_SIZE: "5",
      DEMOCRACY_ID: "",
    };
    assertEquals(await readSettings(MEMBER_SETTINGS, flags, environment), {
      peers: ["a:1", "b:2"],
      weight: 7,
      interval: 300,
      timeout: 2000,
      clusterSize: 5,
    });
    assertEquals(await readSettings(EXEC_SETTINGS, {}, { DEMOCRACY_CONFIG: path }), { grace: 1000 });
  });
});

Deno.test("a file may be JSON, or empty", async () => {
  await withFile('{"source": "127.0.0.1:1", "eligible": false}', async (config) => {
    assertEquals(await readSettings(MEMBER_SETTINGS, { config }, {}), { source: "127.0.0.1:1", eligible: false });
  });
  await withFile("", async (config) => assertEquals(await readSettings(MEMBER_SETTINGS, { config }, {}), {}));
});

Deno.test("a file that is wrong is named, and so is what is wrong in it", async () => {
  await withFile("timout: 10s", async (config) => {
    const error = await assertRejects(
      () => readSettings(MEMBER_SETTINGS, { config }, {}),
      UsageError,
      'mean "timeout"?',
    );
    assertEquals(error.message.startsWith(config), true);
  });
  await withFile("- a", async (config) => {
    await assertRejects(() => readSettings(MEMBER_SETTINGS, { config }, {}), UsageError, "must be a mapping");
  });
  await withFile("a: [", async (config) => {
    await assertRejects(
      () => readSettings(MEMBER_SETTINGS, { config }, {}),
      UsageError,
      `Cannot read the configuration`,
    );
  });
  const types: readonly (readonly [string, string])[] = [
    ["ui: 1", "ui in CONFIG must be true or false, got 1"],
    ["ttl: [1]", "ttl in CONFIG must be a duration"],
    ["id: 5", "id in CONFIG must be text, in quotes where it looks like something else, got 5"],
    ["peers: [a:1, 5]", "peers in CONFIG must be text"],
    ["format: xml", 'format in CONFIG must be one of text, json, got "xml"'],
    ["resignToken: 12345", "resignToken in CONFIG must be text, in quotes where it looks like something else"],
  ];
  for (const [content, message] of types) {
    await withFile(content, async (config) => {
      const read = () => readSettings([...MEMBER_SETTINGS, ...SIDECAR_SETTINGS], { config }, {});
      await assertRejects(read, UsageError, message.replace("CONFIG", config));
    });
  }
  await withFile("weight: heavy", async (config) => {
    await assertRejects(
      () => readSettings(MEMBER_SETTINGS, { config }, {}),
      UsageError,
      `weight in ${config} must be a number`,
    );
  });
  await assertRejects(() => readSettings(MEMBER_SETTINGS, { config: "/none/such" }, {}), UsageError, "ENOENT");
});

Deno.test("a file that cannot be read quotes nothing of what stands in it, and prints no warning", async () => {
  const broken: readonly string[] = [
    "secret: hunter2: x",
    "secret: @hunter2",
    "secret: *hunter2",
    'secret: "hunter2',
    'secret: "\\qhunter2"',
    "secret: hunter2\nsecret: hunter3",
    "secret:\n\thunter2",
    "secret: [hunter2",
    '{"secret": "hunter2",',
    "secret: hunter2\n id: x",
    "- hunter2",
    "secret hunter2",
    "a: &a [hunter2,hunter2]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]",
  ];
  const warnings: unknown[] = [];
  const warned = (warning: unknown): void => void warnings.push(warning);
  process.on("warning", warned);
  for (const content of [...broken, "secret: !hunter2 x", "%hunter2\n---\nsecret: x"]) {
    await withFile(content, async (config) => {
      const read = readSettings(MEMBER_SETTINGS, { config }, {});
      if (!broken.includes(content)) return void await read.catch(() => {});
      const { message } = await assertRejects(() => read, UsageError);
      assertEquals(message.includes("hunter"), false, `${JSON.stringify(content)}: ${message}`);
      assertEquals(message.includes(config), true, message);
    });
  }
  await new Promise((resolve) => setTimeout(resolve, 20));
  process.off("warning", warned);
  assertEquals(warnings, []);
  await withFile("id: x\nsecret: @hunter2", async (config) => {
    await assertRejects(
      () => readSettings(MEMBER_SETTINGS, { config }, {}),
      UsageError,
      `Cannot read the configuration ${config}: it is no YAML or JSON at line 2, column 9 (BAD_SCALAR_START)`,
    );
  });
});

Deno.test("the variables that are secret are those whose values no message may tell, and the name of the file", () => {
  assertEquals(SECRET_VARIABLES, ["DEMOCRACY_SECRET", "DEMOCRACY_SECRET_FILE", "DEMOCRACY_RESIGN_TOKEN"]);
});

Deno.test("the flag and the variable follow from the name", () => {
  assertEquals([flagOf("maxPacketSize"), variableOf("maxPacketSize")], [
    "--max-packet-size",
    "DEMOCRACY_MAX_PACKET_SIZE",
  ]);
});

Deno.test("a variable that is misspelt is told, and those of others are let be", () => {
  assertEquals(misspeltVariables({ DEMOCRACY_INTERVALL: "5", DEMOCRACY_PEER: "", DEMOCRACY_INTERVAL: "5" }), [
    "DEMOCRACY_INTERVALL is no setting; did you mean DEMOCRACY_INTERVAL?",
    "DEMOCRACY_PEER is no setting; did you mean DEMOCRACY_PEERS?",
  ]);
  const others = ["DEMOCRACY_TOKEN", "DEMOCRACY_SERVICE_HOST", "DEMOCRACY_PORT_12345_UDP_ADDR", "OTHER_INTERVALL"];
  assertEquals(misspeltVariables(Object.fromEntries(others.map((name) => [name, "1"]))), []);
});
